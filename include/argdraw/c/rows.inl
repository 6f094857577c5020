// Rows and records of the C door, as those that C++ draws from. Included by argdraw.inl, behind what it needs.

namespace argdraw::inline ARGDRAW_ABI::c {

// For a row in memory of the sequence, however it is to come there; null where there is none.
template <class T>
T* room_for(argdraw_sequence& sequence, std::size_t width) noexcept {
    std::byte* const memory = sequence.gathered.reserve((std::max)(width * sizeof(T), detail::row_of_records::room_for(width)));
    if (!memory) return nullptr;
    for (std::size_t i = 0; i < width; ++i) new (memory + i * sizeof(T)) T;
    return std::launder(reinterpret_cast<T*>(memory));
}

// Logits that are no neighbours, made such.
template <class T>
void gather(const std::byte* from, std::size_t stride, std::size_t n, T* to) noexcept {
    if constexpr (std::same_as<T, float>)
        if (stride == simd::record_size) return simd::records().words(from, n, to);
    for (std::size_t i = 0; i < n; ++i) std::memcpy(to + i, from + i * stride, sizeof(T));
}

template <class T>
std::size_t stride_of(const argdraw_row& row) noexcept {
    return row.stride != 0 ? row.stride : sizeof(T);
}
// Whether so many items may lie `stride` bytes apart, of a T each.
template <class T>
status may_lie(std::size_t count, std::size_t stride, std::size_t least) noexcept {
    if (stride < least) return status::bad_parameter;
    if (count <= PTRDIFF_MAX / stride) return status::ok;
    return count > candidates<T>::max_width ? status::too_wide : status::bad_parameter;
}
template <class T>
status is_row_of(const argdraw_row& row) noexcept {
    if (row.width != 0 && !row.logits) return status::bad_parameter;
    return may_lie<T>(row.width, stride_of<T>(row), sizeof(T));
}
// Whether a row that is one is read where it lies.
template <class T>
bool in_place(const argdraw_row& row) noexcept {
    return row.width == 0 || (stride_of<T>(row) == sizeof(T) && reinterpret_cast<std::uintptr_t>(row.logits) % alignof(T) == 0);
}
// A row that is one. Needs room for it, where it is not read in place.
template <class T>
std::span<const T> read(const argdraw_row& row, T* room) noexcept {
    if (in_place<T>(row)) return std::span(static_cast<const T*>(row.logits), row.width);
    gather(static_cast<const std::byte*>(row.logits), stride_of<T>(row), row.width, room);
    return {room, row.width};
}
// Room in memory of the sequence for the widest of rows that are not read in place.
template <class T>
status find_room(argdraw_sequence& sequence, const argdraw_row* rows, std::size_t count, T*& room) noexcept {
    std::size_t widest = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (const status why = is_row_of<T>(rows[i]); why != status::ok) return why;
        if (!in_place<T>(rows[i])) widest = (std::max)(widest, rows[i].width);
    }
    if (widest > candidates<T>::max_width) return status::too_wide;
    room = widest > 0 ? room_for<T>(sequence, widest) : nullptr;
    return room || widest == 0 ? status::ok : status::out_of_memory;
}

// Calls f with the type of a format, or says why not.
template <class F>
status with_format(std::int32_t format, F f) noexcept {
    const auto if_built = [&]<class T>(std::type_identity<T> type) {
        if constexpr (among<T, ARGDRAW_FORMATS>) return f(type);
        else return no_format;
    };
    switch (format) {
        case ARGDRAW_FLOAT: return if_built(std::type_identity<float>{});
        case ARGDRAW_DOUBLE: return if_built(std::type_identity<double>{});
        case ARGDRAW_HALF: return if_built(std::type_identity<half>{});
        case ARGDRAW_BFLOAT16: return if_built(std::type_identity<bfloat16>{});
        default: return status::bad_parameter;
    }
}

// The row of f is a span of what the format is.
template <class F>
status with_row(argdraw_sequence* sequence, const argdraw_row* row, F f) noexcept {
    if (!is(sequence) || !fits(row)) return status::bad_parameter;
    return with_format(row->format, [&]<class T>(std::type_identity<T>) {
        T* room = nullptr;
        const status why = find_room(*sequence, row, 1, room);
        return why == status::ok ? f(read(*row, room)) : why;
    });
}

// Calls f with a row of records, as long as its draws look at a part of them: what the last one did is what the next will do.
template <class F>
status in_place(argdraw_sequence& sequence, detail::row_of_records& row, F& f) noexcept {
    const status why = f(row);
    const std::size_t vocabulary = sequence.text.vocabulary();
    constexpr int until_asked_again = 15;  // texts change: one flat row says little of those long behind it
    sequence.gathers = row.first(vocabulary != 0 ? vocabulary : row.size()).all_were_brought() ? until_asked_again : 0;
    return why;
}
// Whether the sequence's next draw from records is to gather them at once.
inline bool gathers(argdraw_sequence& sequence) noexcept { return sequence.gathers > 0 && sequence.gathers-- > 0; }

// As with_row, or with a row of records.
template <class F>
status with_row_to_draw_from(argdraw_sequence* sequence, const argdraw_row* row, F f) noexcept {
    if constexpr (among<float, ARGDRAW_FORMATS>)
        if (is(sequence) && fits(row) && row->format == ARGDRAW_FLOAT && row->stride == simd::record_size && row->logits &&
            row->width != 0 && row->width <= candidates<float>::max_width && !gathers(*sequence)) {
            float* const room = room_for<float>(*sequence, row->width);
            if (!room) return status::out_of_memory;
            detail::row_of_records records(static_cast<const std::byte*>(row->logits), row->width, room);
            return in_place(*sequence, records, f);
        }
    return with_row(sequence, row, f);
}

// Calls f with a row that has the logits of the records, where their ids are its places, and with whether these are those of the records, too.
template <class T, class F>
status with_records_of(argdraw_sequence& sequence, const argdraw_records& records, F& f) noexcept {
    const auto* const ids = reinterpret_cast<const std::byte*>(records.ids);
    const auto* const logits = static_cast<const std::byte*>(records.logits);
    const std::size_t stride = records.stride, n = records.count, vocabulary = sequence.text.vocabulary();
    if (n == 0) return f(std::span<const T>{}, true);
    if (!ids || !logits) return status::bad_parameter;
    if (const status why = may_lie<T>(n, stride, (std::max)(sizeof(T), sizeof(token_id))); why != status::ok) return why;
    if (n > candidates<T>::max_width) return status::too_wide;
    const auto id_of = [&](std::size_t i) {
        token_id id;
        std::memcpy(&id, ids + i * stride, sizeof id);
        return id;
    };
    if constexpr (std::same_as<T, float>) {
        if (stride == simd::record_size && logits == ids + sizeof(token_id) && n >= vocabulary) {
            T* const room = room_for<T>(sequence, n);
            if (!room) return status::out_of_memory;
            if (gathers(sequence)) {
                if (simd::records().numbered(ids, n, room)) return f(std::span<const T>(room, n), true);
            } else {
                detail::row_of_records row(logits, n, room);
                const std::size_t blocks = n / simd::block_size;
                bool in_order = simd::records().numbered_maxima(ids, blocks, row.part_maxima(), row.maxima());
                for (std::size_t i = blocks * simd::block_size; i < n; ++i) in_order &= static_cast<std::size_t>(id_of(i)) == i;
                row.maxima_are_there();
                const auto drawn_from = [&](const detail::row_of_records& from) { return f(from, true); };
                if (in_order) return in_place(sequence, row, drawn_from);
            }
        }
    }
    std::size_t width = vocabulary;
    for (std::size_t i = 0; i < n; ++i) {
        if (id_of(i) < 0) return status::outside_row;
        if (vocabulary == 0) width = (std::max)(width, static_cast<std::size_t>(id_of(i)) + 1);
    }
    if (width > candidates<T>::max_width) return status::too_wide;
    T* const row = room_for<T>(sequence, width);
    if (!row) return status::out_of_memory;
    std::fill_n(row, width, removed<T>());
    for (std::size_t i = 0; i < n; ++i)
        if (const auto id = static_cast<std::size_t>(id_of(i)); id < width) std::memcpy(row + id, logits + i * stride, sizeof(T));
    return f(std::span<const T>(row, width), false);
}
template <class F>
status with_records(argdraw_sequence* sequence, const argdraw_records* records, F f) noexcept {
    if (!is(sequence) || !fits(records)) return status::bad_parameter;
    return with_format(records->format, [&]<class T>(std::type_identity<T>) { return with_records_of<T>(*sequence, *records, f); });
}
// The last record of an id that is there.
inline std::size_t place_of(token_id id, const argdraw_records& records) noexcept {
    std::size_t at = records.count;
    for (token_id own = -1; own != id;)
        std::memcpy(&own, reinterpret_cast<const std::byte*>(records.ids) + --at * records.stride, sizeof own);
    return at;
}

}  // namespace argdraw::c
