// What other headers define: <windows.h> and those that it brings, <complex.h>, X11, Qt, <sys/sysmacros.h>, the hints of kernels.
#define min(a, b) (((a) < (b)) ? (a) : (b))
#define max(a, b) (((a) > (b)) ? (a) : (b))
#define far
#define near
#define pascal
#define cdecl
#define small char
#define hyper __int64
#define interface struct
#define IN
#define OUT
#define OPTIONAL
#define ERROR 0
#define IGNORE 0
#define DELETE 0x00010000L
#define I (__extension__ 1.0iF)
#define complex _Complex
#define None 0L
#define Status int
#define Bool int
#define True 1
#define False 0
#define Always 2
#define Success 0
#define emit
#define slots
#define signals public
#define foreach(variable, container) for (variable : container)
#define forever for (;;)
#define major(device) ((device) >> 8)
#define minor(device) ((device) & 0xff)
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
