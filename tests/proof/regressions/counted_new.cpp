// This executable counts its allocations too.
#include "../../unit/core/counted_new.cpp"
