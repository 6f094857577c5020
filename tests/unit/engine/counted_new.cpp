// This executable counts its allocations too.
#include "core/counted_new.cpp"
