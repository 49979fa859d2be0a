/**
 * Whose code a module is: the program's own, that of a framework that hosts it, or the system's.
 *
 * The place to look for a leak is where the program's own code first appears in the stack. If a module's folder is known,
 * the folder decides; a pasted log has only names. Modules that no row of {@linkcode CODE_OWNERS} lists are the program's
 * own, because nobody can list all programs.
 *
 * @module
 */
import type { CodeOwner } from "./analysis.ts";
import type { FrameModule } from "./frame.ts";

/** A row of {@linkcode CODE_OWNERS}. */
export interface CodeOwnerRow {
  /** Whose code it is. */
  readonly owner: Exclude<CodeOwner, "own">;
  /** What the row contains. */
  readonly what: string;
  /** Where the folders and names are from. */
  readonly source: string;
  /** Patterns over the whole path, in lower case with forward slashes. */
  readonly folders?: readonly RegExp[];
  /** Names in the form of {@linkcode comparableName}, separated by white space. */
  readonly names?: string;
  /** Patterns over comparable names. */
  readonly patterns?: readonly RegExp[];
  /**
   * Names count wherever the image is: programs ship such modules in their own folders. Other names count only if no
   * path is known, because a `version.dll` beside the program is the program's.
   */
  readonly anywhere?: true;
}

/** The rows, in order; a module belongs to the first row that lists it. */
export const CODE_OWNERS: readonly CodeOwnerRow[] = [
  {
    owner: "framework",
    what: ".NET: run-times, base class libraries, native images of both",
    source: "Microsoft Learn, .NET application publishing and the Framework's install folders",
    folders: [/\/windows\/(microsoft\.net|assembly)\//, /\/dotnet\/(shared|host)\//],
    names: `
      clr dotnet testhost testhost_x86 clrjit clrgc clrgcexp clrcompression clretwrc coreclr hostfxr hostpolicy mscorwks mscorsvr mscoree mscoreei
      mscorjit mscorlib mscorlib_ni mscordbi mscordacwks mscordaccore mscorsn mscorrc netstandard windowsbase
      windowsbase_ni presentationcore presentationcore_ni presentationframework presentationframework_ni
      presentationnative_cor3 presentationnative_v0400 penimc penimc_cor3 penimc_v0400 wpfgfx_cor3 wpfgfx_v0400
      milcore directwriteforwarder diasymreader fusion webengine4 aspnetcorev2 aspnetcorev2_inprocess
      monosgen_2_0 mono_2_0_sgen mono_2_0_bdwgc mono`,
    patterns: [/^system(_ni|_[a-z]\w*)?$/, /^microsoft_[a-z]\w*$/, /^libcoreclr/, /^libsystem_/],
    anywhere: true,
  },
  {
    owner: "framework",
    what: "Java virtual machines and their native libraries",
    source: "OpenJDK, list of native libraries in make/modules",
    names: `
      jvm jli java javajpeg jimage jsvml j2pkcs11 awt fontmanager freetype nio instrument jdwp management
      management_ext mlib_image lcms j9vm29 j9prt29 j9gc29 jclse29`,
    patterns: [/^j9\w+\d\d$/],
    anywhere: true,
  },
  {
    owner: "framework",
    what: "Python: interpreter and the modules of its library",
    source: "CPython, PCbuild/readme.txt",
    names: `
      _asyncio _bz2 _ctypes _decimal _elementtree _hashlib _lzma _msi _multiprocessing _overlapped _queue _socket
      _sqlite3 _ssl _tkinter _uuid _wmi _zoneinfo _interpreters _interpchannels _interpqueues pyexpat unicodedata`,
    patterns: [
      /^(lib)?python(\d+(_\d+)?t?)?(_d)?$/,
      /^(pythoncom|pywintypes)\d+(_d)?$/,
      /^pypy\w*$/,
    ],
    anywhere: true,
  },
  {
    owner: "framework",
    what: "Node and the engines of browsers and shells built on Chromium",
    source: "Node.js and Chromium, build files",
    names: `
      node libnode electron libuv uv uv_a v8 v8_libbase v8_libplatform nw nw_elf chrome chrome_child chrome_elf
      libcef msedge msedge_child msedge_elf msedgewebview2 embeddedbrowserwebview webview2loader bun deno`,
    anywhere: true,
  },
  {
    owner: "framework",
    what: "Qt, GTK, wxWidgets, MFC and Delphi run-time packages",
    source: "the projects' lists of libraries; Microsoft Learn, MFC library versions",
    names: `
      qt_mt qwindows qminimal qoffscreen libglib_2_0_0 libgobject_2_0_0 libgio_2_0_0 libgtk_3_0 libgtk_4_1
      libgtk_win32_2_0_0 libgdk_3_0 libgdk_win32_2_0_0`,
    patterns: [
      /^(lib)?qt(core|gui|network|sql|xml|svg|webkit|script|opengl|declarative)d?4$/,
      /^(lib)?qt[56][a-z]\w*$/,
      /^wx(base|msw)\w+$/,
      /^mfc(m)?\d+u?d?$/,
      /^(rtl|vcl|vclx|vclimg|dbrtl|fmx|soaprtl)\d{2,3}$/,
    ],
    anywhere: true,
  },
  {
    owner: "framework",
    what: "other interpreters and game engines: Perl, PHP, Ruby, Lua, Tcl, R, Unity",
    source: "the projects' Windows packages",
    names: "perl php php5 php7 php8 php5ts php7ts php8ts r rblas rlapack unityplayer",
    patterns: [
      /^perl5\d+$/,
      /^(x64_)?(msvcrt|ucrt|vcruntime\d+)_ruby\d+$/,
      /^lua5?\d+$/,
      /^t(cl|k)8\d(t|g|tg)?$/,
    ],
    anywhere: true,
  },
  {
    owner: "system",
    what: "run-time libraries of compilers",
    source:
      "Microsoft Learn, C runtime and C++ Standard Library versions; GCC, LLVM, Cygwin, MSYS2 and Rust packages",
    names: `
      msvcrt msvcrtd msvcrt20 msvcrt40 msvcirt crtdll ucrt ucrtbase ucrtbased msvcp_win msvcrt_os ntdllcrt
      libgcc_s_seh_1 libgcc_s_dw2_1 libgcc_s_sjlj_1 libstdc___6 libstdc__6 libwinpthread_1 libwinpthread libssp_0
      libgomp_1 libatomic_1 libquadmath_0 libgfortran_5 libc__ libunwind libomp libomp140_x86_64 libiomp5md
      pthreadgc2 pthreadvc2 pthreadvse2 pthreadgc3 pthreadvc3 cygwin1 msys_2_0 borlndmm`,
    patterns: [
      /^msvc[rpm]\d{2,3}(_\w+|d)?$/,
      /^(vcruntime|concrt|vccorlib|vcamp|vcomp|atl)\d{2,3}(_\w+|d)?$/,
      /^cc32\d+(mt)?$/,
      /^(std|rustc_driver|test)_[0-9a-f]{16}$/,
    ],
    anywhere: true,
  },
  {
    owner: "system",
    what: "Application Verifier",
    source: "Microsoft Learn, Application Verifier layers",
    names:
      "verifier vrfcore vfbasics vfcompat vfluapriv vfnet vfntlmless vfnws vfprint vfprintpthelper vfcuzz",
    anywhere: true,
  },
  {
    owner: "system",
    what: "Windows and Wine by folder",
    source:
      "Microsoft Learn, KNOWNFOLDERID and the side-by-side store; kernel modules name \\SystemRoot",
    folders: [
      /\/(system32|syswow64|sysarm32|winsxs|systemroot)\//,
      /(:|\/harddiskvolume\d+)\/(windows|winnt)\/([^/]+|(systemapps|immersivecontrolpanel)\/.*)$/,
      /\/microsoft\/windows defender\/platform\//,
      /\/wine\/(i386|x86_64|arm|aarch64)-windows\//,
    ],
  },
  {
    owner: "system",
    what: "the kernel, its file systems and Microsoft's drivers",
    source: "Microsoft Learn, Windows driver documentation and symbol names of crash dumps",
    names: `
      nt ntoskrnl ntkrnlmp ntkrnlpa ntkrpamp ntkrla57 hal win32k win32kbase win32kfull win32kbase_rs cdd acpi
      acpiex afd afunix agilevpn ahcache amdppm appid applockerfltr atapi ataport bam basicdisplay basicrender
      beep bfs bindflt bootvid bowser cdfs cdrom cea ci cimfs classpnp cldflt clfs clipsp cmimcext cng
      compositebus condrv crashdmp csc dfsc disk drmk dump_diskdump dump_dumpfve dump_dumpstorport dump_stornvme
      dxgkrnl dxgmms1 dxgmms2 ehstorclass exfat fastfat filecrypt fileinfo fltmgr fs_rec fvevol fwpkclnt
      gpuenergydrv hdaudbus hidclass hidparse hidusb http hvax64 hvix64 hvloader hvservice hvsocket i8042prt
      intelpep intelppm iorate kbdclass kbdhid kd kdcom kdnet kdnic ks ksecdd ksecpkg lltdio luafv lxss
      mcupdate_authenticamd mcupdate_genuineintel mmcss mouclass mouhid mountmgr mpsdrv mrxdav mrxsmb mrxsmb10
      mrxsmb20 msfs msgpioclx msisadrv mslldp msquic msrpc mssecflt mssmbios mup ndis ndiscap ndistapi ndisuio
      ndisvirtualbus ndiswan ndproxy ndu netadaptercx netbios netbt netio npfs npsvctrig nsiproxy ntfs ntosext
      null pacer partmgr pci pcw pdc peauth portcls processr pshed ramdisk rasacd rasl2tp raspppoe raspptp
      rassstp rdbss rdpbus rdpdr rdyboost refs refsv1 rspndr scsiport securekernel serenum sgrmagent skci
      sleepstudyhelper spaceport srv srv2 srvnet storahci stornvme storport storqosflt storvsc storvsp swenum
      tcpip tcpip6 tcpipreg tdi tdx termdd tm tpm tsusbhub ucmcx ucx01000 udfs uefi umbus usbaudio usbccgp usbd
      usbehci usbhub usbhub3 usbport usbstor usbuhci usbxhci vdrvroot vfpext vhdmp vid vmbkmcl vmbkmclr vmbus
      vmbusr vmgid vmsproxy vmsproxyhnic vmswitch volmgr volmgrx volsnap volume vpci vpcivsp vwififlt wanarp
      wcifs wcnfs wdf01000 wdfilter wdfldr wdnisdrv werkernel wfplwfs wimmount windowstrustedrt
      windowstrustedrtproxy winhv winhvr wmiacpi wmilib wof wpprecorder ws2ifsl wtd`,
  },
  {
    owner: "system",
    what: "Windows libraries, those that Wine has too",
    source: "Wine, folder dlls, without names that programs use for modules of their own",
    names: `
      acledit aclui activeds actxprxy adsldp adsldpc advapi32 advpack amsi amstream apisetschema apphelp
      appxdeploymentclient atmlib authz avicap32 avifil32 avrt bcp47langs bcrypt bcryptprimitives bluetoothapis
      browseui bthprops cabinet capi2032 cdosys cfgmgr32 clusapi colorcnv combase comcat comctl32 comdlg32 coml2
      compstui comsvcs coremessaging credui crypt32 cryptdlg cryptdll cryptext cryptnet cryptowinrt cryptsp cryptui
      ctapi32 ctl3d32 d2d1 d3d10 d3d10_1 d3d10core d3d11 d3d12 d3d12core d3d8 d3d8thk d3d9 d3dim d3dim700 d3drm
      dataexchange davclnt dbgeng dbghelp dciman32 dcomp ddraw ddrawex devenum dhcpcsvc dhcpcsvc6 dhtmled difxapi
      dinput dinput8 directmanipulation dmband dmcompos dmime dmloader dmscript dmstyle dmsynth dmusic dmusic32 dnsapi
      dplay dplayx dpnaddr dpnet dpnhpast dpnhupnp dpnlobby dpvoice dpwsockx drmclien dsdmo dsound dsquery dssenh
      dsuiext dswave dwmapi dwrite dx8vb dxcore dxdiagn dxgi dxtrans dxva2 esent evr explorerframe faultrep feclient
      fltlib fntcache fontsub fwpuclnt gameux gamingtcui gdi32 gdiplus geolocation glu32 gpkcsp graphicscapture
      hhctrl hid hlink hnetcfg hrtfapo httpapi hvsimanagementapi ia2comproxy iccvid icmp icmui ieframe ieproxy iertutil
      imaadp32 imagehlp imm32 inetcomm inetcpl inetmib1 infosoft initpki inkobj inseng iphlpapi iprop ir50_32 irprops
      itircl itss jscript jsproxy kerberos kernel32 kernelbase ksproxy ksuser ktmw32 l3codeca l3codecx loadperf
      localspl localui lz32 magnification mapi32 mapistub mciavi32 mcicda mciqtz32 mciseq mciwave mf mf3216
      mfasfsrcsnk mferror mfh264enc mfmediaengine mfmp4srcsnk mfplat mfplay mfreadwrite mfsrcsnk mgmtapi midimap mlang
      mmcndmgr mmdevapi mp3dmod mpr mprapi msacm32 msado15 msadp32 msasn1 msauddecmft mscat32 mscms msctf msctfmonitor
      msctfp msdaps msdasql msdelta msdmo msdrm msftedit msg711 msgsm32 mshtml msi msident msimg32 msimsg msimtf
      msisip msisys msls31 msmpeg2vdec msnet32 mspatcha msports msrle32 msscript mssign32 mssip32 mstask msttsengine
      msv1_0 msvfw32 msvidc32 msvproc mswsock msxml msxml2 msxml3 msxml4 msxml6 mtxdm ncrypt nddeapi netapi32 netcfgx
      netprofm netutils newdev ninput normaliz npmshtml npptools nsi ntdll ntdsapi ntprint objsel odbc32 odbcbcp
      odbccp32 odbccu32 ole32 oleacc oleaut32 olecli32 oledb32 oledlg olepro32 olesvr32 olethk32 opcservices opengl32
      pdh photometadatahandler pidgen powrprof printui prntvpt profapi propsys psapi pstorec pwrshplugin qasf qcap qdvd
      qedit qmgr qmgrprxy quartz qwave rasapi32 rasdlg regapi resampledmo resutils riched20 riched32 rometadata rpcrt4
      rsabase rsaenh rstrtmgr rtutils rtworkq samlib sapi scarddlg scardsvr sccbase schannel schedsvc scrobj scrrun
      sechost secur32 sensapi serialui setupapi sfc sfc_os shcore shdoclc shdocvw shell32 shfolder shlwapi slbcsp slc
      snmpapi softpub spoolss sppc srclient srvcli srvsvc sspicli sti strmdll svrapi sxs t2embed tapi32 taskschd tdh
      threadpoolwinrt twinapi_appcore tzres uianimation uiautomationcore uiribbon unicows updspapi urlmon user32
      userenv usp10 utildll uxtheme vbscript vdmdbg version vga virtdisk vssapi vulkan_1 wbemdisp wbemprox wdscore
      webservices websocket wer wevtapi wevtsvc wiaservc wimgapi win32u windowscodecs windowscodecsext wing32 winhttp
      wininet winmm winnls32 winprint winscard winspool winsta wintab32 wintrust wintypes winusb wlanapi wlanui wldap32
      wldp wmadmod wmasf wmiutils wmp wmphoto wmvcore wmvdecod wofutil wow64 wow64cpu wow64win wpc ws2_32 wsdapi
      wsnmp32 wsock32 wtsapi32 wuapi wuaueng xmllite xolehlp xpsprint xpssvcs`,
  },
  {
    owner: "system",
    what: "Windows libraries that Wine has not",
    source: "import libraries of mingw-w64; Microsoft Learn, module names in API references",
    names: `
      acgenral aclayers acxtrnal adsnt aepic apisampling audioses audiosrv basesrv batmeter bitsproxy browcli catsrv
      catsrvut certcli certenroll chakra clb clbcatq cloudap colbact comres computecore computestorage coreuicomponents
      cryptbase cryptngc cryptsvc cryptxml cscapi csrsrv d3dscache davhlpr dbgcore dbgmodel devobj devrtl dmenrollengine
      dpapi drprov drvstore dsauth dsprop dsrole dsreg dssec dui70 duser dwmcore eappcfg eappprxy edgehtml edputil
      efswrt eventcls execmodelproxy fastprox fveapi fwbase fwpolicyiomgr gdi32full gpapi hhsetup icu icuin icuuc
      inputhost ipsecsvc iri jscript9 kernel_appcore licensemanagerapi linkinfo logoncli lsasrv mfcore mi miutils
      mobilenetworking mpclient mpoav mrmcorer mrt100 msafd msdart msdtcprx msftncsi mskeyprotect mslbui msutb mtxclu
      ncobjapi ncryptprov ncryptsslp netlogon netman netshell netsetupapi negoexts nlaapi nlansp_c
      npmproxy ntasn1 ntlanman ntlmshared ntmarta ntshrui onecorecommonproxystub onecoreuapcommonproxystub onex
      p2pcollab pautoenr pcacli pcwum peerdist pku2u pnrpnsp policymanager prnfldr proximityapi rasadhlp rasman rasmans
      rdpendp rmclient rpchttp rpcns4 rpcss samcli samsrv scecli schedcli scesrv searchfolder setupcl shacct slwga
      smartcardcredentialprovider spinf sppwinob sqlsrv32 srpapi srumapi ssdpapi staterepository_core stobject structuredquery
      symsrv syncreg syssetup taskflowdataengine tbs tenantrestrictionsplugin textinputframework textshaping tiptsf
      tspkg tquery twinapi udhisapi uiautomationcoreres umpdc umpnpmgr upnp usermgrcli usermgrproxy uxinit vaultcli
      vsstrace w32topl wab32 wbemcomn wbemcore wbemsvc wdigest wdmaud webauthn webio webplatstorageserver wecapi werui
      wevtfwd winbio winbrand windows_storage windowsinternal_shell_compuiactivation winhvplatform winipsec winmmbase
      winnsi winrnr winsqlite3 winsrv wkscli wlanutil wlidprov wmiprov wmisvc wow64base wow64con wow64mib wpnapps wscapi
      wship6 wshbth wshqos wshtcpip wshunix wtdccm wwapi xmlprovi xpsservices xtajit xtajit64 zipfldr`,
    patterns: [
      /^(api_ms_win|ext_ms)_\w+$/,
      /^windows_[a-z]\w+$/,
      /^d3d(compiler|cs)x?_\d+$/,
      /^d3dx(9|10|11)_\d+$/,
      /^(xaudio2|xinput|xactengine|xapofx|x3daudio)\w*$/,
    ],
  },
  {
    owner: "system",
    what: "further libraries of Windows 10 and 11, its services among them",
    source: "Winbindex, the index of the files of Windows",
    names: `
      aadtb activationmanager appresolver appxalluserstore appxdeploymentserver audiokse audiosrvpolicymanager
      authfwcfg azroles bcd bcp47mrm biwinrt btagservice bthavctpsvc capabilityaccessmanager
      capabilityaccessmanagerclient capauthz cdprt cdpusersvc certca cflapi cmintegrator cmlua cmutil
      coloradapterclient comppkgsup contactapis coreaudiopolicymanagerext coredpus coremmres coreshell
      credentialuibroker credprovhost credprovs csystemeventsbrokerclient d3d10warp d3d11on12 defragproxy
      deviceaccess deviceassociation devinv dhcpcore dhcpcore6 diagperf diagtrack dispbroker dmcmnutils
      dmiso8601utils dmpushproxy dnsrslvr dot3api dpx dskquota dusmapi dusmsvc dwmghost dwmredir dxgwdi efscore
      efsutil emailapis encapi eqossnap esentprf eventaggregation fdphost fdproxy firewallapi flightsettings
      fltmc fundisc fxsapi globinputhost gpsvc gptext icm32 imapi2 imapi2fs inetpp inputswitch
      iphlpsvc iscsidsc jscript9legacy kbdus lfsvc loghours logoncontroller lpk lsm mfperfhelper mibincodec
      mitigationclient mmcbase mprdim mpssvc mrt_map mscandui msgina mskeyprotcli msmpeg2adec msvp9dec
      msvp9dec_store msvpxenc msxml3r mtxoci napinsp naturallanguage6 ncaapi ncbservice ncsi ndfapi netjoin
      netprofmsvc netprovfw networkuxbroker nlasvc nrpsrv oleacchooks oleaccrc
      ondemandconnroutehelper osbaseln pcasvc perfos perfproc phoneom playtodevice portabledeviceapi
      portabledeviceconnectapi portabledevicetypes profext profsvc profsvcext provsvc psmserviceexthost psmsrv
      puiapi qagentrt qutil rasauto rdbui rdpcorets resourcepolicyclient resourcepolicyserver rmapi
      rpcepmap rpcrtremote rtm sebbackgroundmanagerpolicy sens sensorsapi settingsynccore
      shellcommoncommonproxystub smartscreenps speech_onecore ssdpsrv starttiledata storsvc
      sysmain sysntfy systemeventsbrokerclient systemeventsbrokerserver tabsvc taskcomp tcpmon themeservice
      themeui thumbcache tileobjserver timebrokerclient timebrokerserver tokenbinding tokenbroker trkwks
      ttlsauth twext twinui twinui_appcore twinui_pcshell ubpm uiamanager umpo umrdp       usbmon userdatatypehelperutil userdeviceregistration usermgr usoapi usosvc utcutil vaultsvc vmbuspipe
      vmchipset w32time waasmedicsvc wcmapi wcmsvc wdi wecsvc werconcpl wercplsupport wersvc
      wiatrace windowmanagementapi winlogonext winquic winsku wkssvc wlansec wlansvc wlgpclnt wmicmiplugin
      wmidcom wpncore wpninprc wpnprv wpnservice wscsvc wsmres wsmsvc wudfplatform wudfx02000 wups wups2 wwanapi
      wwansvc xpsfilt`,
    patterns: [/^systemsettings\w*$/],
  },
  {
    owner: "system",
    what: "Wine's own libraries",
    source: "Wine, folder dlls",
    names: `
      winealsa winebth winebus wined3d winedmo winegstreamer winehid winemapi wineps winepulse wineusb winevulkan
      winewayland winex11 winexinput wineoss wineandroid winemac winecoreaudio`,
  },
  {
    owner: "system",
    what: "programs of Windows that host other people's code",
    source: "Microsoft Learn, service host and shell processes",
    names: `
      csrss dllhost explorer lsass lsaiso rundll32 runtimebroker services smss spoolsv svchost taskhost taskhostex
      taskhostw w3wp winlogon wininit wmiprvse wudfhost conhost ctfmon dwm mmc searchindexer sihost`,
  },
];

/**
 * Whose code a module is, by its folder if its path is known, otherwise by its name: the first row of {@linkcode
 * CODE_OWNERS} that lists it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(codeOwner({ name: "ws2_32" }), "system");
 * assertEquals(codeOwner({ name: "System.Private.CoreLib" }), "framework");
 * assertEquals(codeOwner({ name: "version", path: "C:\\Apps\\version.dll" }), "own");
 * ```
 */
export function codeOwner({ name, path = "" }: FrameModule): CodeOwner {
  let owner = known.get(name)?.get(path);
  if (owner === undefined) {
    owner = findOwner(name, path);
    if (knownCount++ >= MAX_KNOWN) {
      known.clear();
      knownCount = 0;
    }
    const byPath = known.get(name) ?? new Map<string, CodeOwner>();
    known.set(name, byPath.set(path, owner));
  }
  return owner;
}

/** Whose a module is, only by its name: the same on every machine. */
export function codeOwnerByName(name: string): CodeOwner {
  return codeOwner({ name });
}

/**
 * Modules that were asked about, by name and by path: each frame of each stack asks, about a few hundred modules. A text
 * of both for each frame would be much to clean up.
 */
const known = new Map<string, Map<string, CodeOwner>>();
const MAX_KNOWN = 10_000;
let knownCount = 0;

function findOwner(name: string, path: string): CodeOwner {
  const folder = path.toLowerCase().replaceAll("\\", "/");
  const hasFolder = folder.includes("/");
  const comparable = comparableName(name);
  for (const row of rows()) {
    if (hasFolder && row.folders.some((pattern) => pattern.test(folder))) return row.owner;
    if (hasFolder && !row.anywhere) continue;
    if (knows(row, comparable) || knows(row, comparable.replace(BASE_SUFFIX, ""))) return row.owner;
  }
  return "own";
}

/**
 * A module's name in the spelling that tables use: lower case, everything except letters and digits as `_`, as
 * debuggers write `System.Private.CoreLib` and `libwinpthread-1`; without an image's extension and `Unloaded_`.
 */
export function comparableName(name: string): string {
  return name.toLowerCase()
    .replace(/^<?unloaded_/, "")
    .replace(/\.(dll|exe|sys|drv|ocx|cpl)>?$/, "")
    .replaceAll(/[^\p{L}\p{N}_]/gu, "_");
}

/** A debugger appends the base address to the name of a second module with the same name: `ntdll_77a10000`. */
const BASE_SUFFIX = /_([0-9a-f]{8}|[0-9a-f]{16})$/;

function knows(row: PreparedRow, name: string): boolean {
  return row.names.has(name) || row.patterns.some((pattern) => pattern.test(name));
}

interface PreparedRow {
  readonly owner: Exclude<CodeOwner, "own">;
  readonly folders: readonly RegExp[];
  readonly names: ReadonlySet<string>;
  readonly patterns: readonly RegExp[];
  readonly anywhere: boolean;
}

let prepared: readonly PreparedRow[] | undefined;

/** The table with its names as sets; built on first use, because not every command needs it. */
function rows(): readonly PreparedRow[] {
  prepared ??= CODE_OWNERS.map((row) => ({
    owner: row.owner,
    folders: row.folders ?? [],
    names: new Set(row.names?.trim().split(/\s+/)),
    patterns: row.patterns ?? [],
    anywhere: row.anywhere === true,
  }));
  return prepared;
}
