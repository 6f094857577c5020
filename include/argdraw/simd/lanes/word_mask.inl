// Masks of a set that has no registers for them: a bit a lane. Included by the lanes of such a set.

struct mask {
    unsigned lanes;
};
ARGDRAW_INLINE unsigned lanes_of(mask m) { return m.lanes; }
ARGDRAW_INLINE mask without(mask a, mask b) { return {a.lanes & ~b.lanes}; }
