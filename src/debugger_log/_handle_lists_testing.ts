/**
 * Test helper: handle lists and verifier stops in all forms, with invented products.
 *
 * @module
 */

const BANNER = `
Nthandle v5.0 - Handle viewer
Copyright (C) 1997-2022 Mark Russinovich
Sysinternals - www.sysinternals.com

`;

/** One text per form. */
export const HANDLE_LISTS: readonly string[] = [
  `${BANNER}Handle type summary:
  <Unknown type>  : 4
  ALPC Port       : 14
  Event           : 912
  <Unknown type>  : 6
Total handles: 936
`,
  `${BANNER}------------------------------------------------------------------------------
tillsvc.exe pid: 4312 NT AUTHORITY\\SYSTEM
   40: Event
   4C: File          (RW-)   C:\\Till\\bin
  1A4: File          (R--)   C:\\Till\\spool\\day (1), late.dat
  1A8: WaitCompletionPacket
  2FC: ALPC Port             \\RPC Control\\till
`,
  `${BANNER}Process,PID,User,Handle,Type,Share Flags,Name,Access
tillsvc.exe,4312,NT AUTHORITY\\SYSTEM,0x0000004C,File,RW-,C:\\Till\\a, b.dat,0x120089
tillsvc.exe,4312,File,TILL-07\\svc,0x000001A4,C:\\Till\\spool\\day.dat
`,
  `${BANNER}till.exe           pid: 10988  type: File          TILL-07\\ines          1c008X C:\\Till\\7.plb
till.exe           pid: 10988  type: File           1C4: C:\\Till\\8.plb
`,
  `0:010> !handle 0 f
Handle 4
  Type         	Event
  Attributes   	0
  GrantedAccess	0x1f0003:
         Delete,ReadControl,WriteDac,WriteOwner,Synch
         QueryState,ModifyState
  HandleCount  	2
  PointerCount 	30004
  Name         	\\Sessions\\1\\BaseNamedObjects\\till-tick
  Object Specific Information
    Event Type Auto Reset
Handle 8
  Type         	Key
  Name         	<none>
2 Handles
Type           	Count
Event          	1
Key            	1
`,
  `0: kd> !handle 3cc 3 ffffb40c5a2d1080

PROCESS ffffb40c5a2d1080
    SessionId: 1  Cid: 1f40    Peb: 7b1c2f4000  ParentCid: 0d24
    Image: tillsvc.exe

Handle table at ffffd38c1d2e3f40 with 412 entries in use

03cc: Object: ffffb40c5b6a7c60  GrantedAccess: 0012019f Entry: ffffd38c1d6c55d0
Object: ffffb40c5b6a7c60  Type: (ffffb40c500c5380) File
    ObjectHeader: ffffb40c5b6a7c30 (new version)
        HandleCount: 1  PointerCount: 32769
        Directory Object: 00000000  Name: \\Device\\HarddiskVolume3\\till\\4.dat {HarddiskVolume3}
`,
  `VERIFIER STOP 0000000000000901: pid 0x54F8: A HANDLE was leaked. 

	0000000000000318 : Value of the leaked handle. Run !htrace <handle> to get additional information.
	0000001D0B3A7C40 : Address to the allocation stack trace. Run dps <address> to view the allocation stack.

0:004> dps 1d0b3a7c40
0000001d\`0b3a7c40  00000000\`00000000
0000001d\`0b3a7c50  00007ff8\`7942ab93 vfbasics!AVrfpNtCreateEvent+0x213
0000001d\`0b3a7c58  00007ff8\`ab20f3c2 tillsvc!Journal::Begin+0x2d2
0:004> k
 # Child-SP          RetAddr               Call Site
00 0000004a\`1c2fd000 00007ff8\`a22762dc     vrfcore!VerifierStopMessageEx+0x2d4
`,
  `APPLICATION_VERIFIER_HANDLES_NULL_HANDLE (303)
Arguments:
Arg1: 00000000, Not used. 

STACK_TEXT:  
0051f8a0 73c41b26 1a39fef0 00000303 009d86df vrfcore!VerifierStopMessageEx+0xa5
0051f970 016da95c 9c8cd191 00000303 003064da till!Dialer::Join+0x292
`,
  `<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<avrf:logfile xmlns:avrf="Application Verifier">
	<avrf:logSession TimeStarted="2031-11-21 : 08:14:02" PID="28440" Version="2">
		<avrf:logEntry Time="2031-11-21 : 08:15:37" LayerName="Handles" StopCode="0x300" Severity="Error">
			<avrf:message>Invalid handle exception for current stack trace.</avrf:message>
			<avrf:parameter1>c0000008 - Exception code.</avrf:parameter1>
			<avrf:stackTrace>
				<avrf:trace>vfbasics!AVrfpVectoredExceptionHandler+85 ( @ 0)</avrf:trace>
				<avrf:trace>till!Roll::drop+ae ( @ 0)</avrf:trace>
			</avrf:stackTrace>
		</avrf:logEntry>
	</avrf:logSession>
</avrf:logfile>
`,
];
