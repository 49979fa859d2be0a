/* A vectored exception handler: sees marks, and calls that raise an exception instead of returning. */
#ifndef RECORDER_EXCEPTIONS_H
#define RECORDER_EXCEPTIONS_H

void watch_exceptions(void);

#endif
