// A pipeline that comes as text.
#include <argdraw/text/pipeline.hpp>

argdraw::parsed chosen(std::string_view text) { return argdraw::parse(text); }
