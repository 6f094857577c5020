// argdraw::c — what C and older C++ link.
#include <argdraw/c/argdraw.inl>
