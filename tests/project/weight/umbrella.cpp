#include <argdraw/argdraw.hpp>
