/**
 * Recognizes, by name, hosts that can be reached only from within a network.
 *
 * @module
 */

/** IPv4 of this machine, of private networks (RFC 1918) and of a link (RFC 3927), as `URL` writes them. */
const PRIVATE_V4 = /^(?:0|10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01]))\./;

/** IPv6 of this machine, of a site (RFC 4193) and of a link, and those that stand for IPv4, all in brackets. */
const PRIVATE_V6 = /^\[(?:::|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:)/;

/** Names that are not public: this machine, its neighbours, and names of one part, as intranets have. */
const PRIVATE_NAME = /^[^.[]+\.?$|(?:^|\.)(?:localhost|local|internal|lan|home\.arpa)\.?$/;

/**
 * Whether a host belongs to a private network by its name or address. A public name may still have a private address;
 * only a DNS query would show that.
 *
 * @param hostname As `URL.hostname` has it: lower case, addresses in their plain form.
 */
export function isPrivateHost(hostname: string): boolean {
  return PRIVATE_V4.test(hostname) || PRIVATE_V6.test(hostname) || PRIVATE_NAME.test(hostname);
}
