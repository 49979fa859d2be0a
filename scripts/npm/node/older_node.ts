/**
 * Language features that the library uses and Node.js 20 or Bun may lack. Existing ones are left alone.
 *
 * @module
 */
import "core-js/actual/array/from-async.js";
import "core-js/actual/disposable-stack/index.js";
import "core-js/actual/async-disposable-stack/index.js";
import "core-js/actual/iterator/index.js";
import "core-js/actual/map/group-by.js";
import "core-js/actual/object/group-by.js";
import "core-js/actual/promise/try.js";
import "core-js/actual/promise/with-resolvers.js";
import "core-js/actual/regexp/escape.js";
import "core-js/actual/set/index.js";
import "core-js/actual/typed-array/from-hex.js";
import "core-js/actual/typed-array/to-hex.js";
import "core-js/modules/web.url.parse.js";
