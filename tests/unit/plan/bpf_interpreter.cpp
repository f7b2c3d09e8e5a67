#include "bpf_interpreter.hpp"

#include <linux/bpf_common.h>

#include <array>
#include <cstring>
#include <stdexcept>

namespace sandboxd::plan {
namespace {

class Machine {
public:
    Machine(std::span<const sock_filter> program, const seccomp_data& data) : program_(program), data_(data) {}

    std::uint32_t run() {
        while (!returned_) {
            if (next_ >= program_.size()) {
                throw std::logic_error("ran out of the program");
            }
            step(program_[next_++]);
        }
        return result_;
    }

private:
    void step(const sock_filter& instruction) {
        switch (BPF_CLASS(instruction.code)) {
        case BPF_LD:
            accumulator_ = load(instruction);
            return;
        case BPF_LDX:
            index_ = load(instruction);
            return;
        case BPF_ST:
            scratch_.at(instruction.k) = accumulator_;
            return;
        case BPF_ALU:
            accumulator_ = compute(instruction);
            return;
        case BPF_JMP:
            jump(instruction);
            return;
        case BPF_RET:
            returned_ = true;
            result_ = BPF_RVAL(instruction.code) == BPF_A ? accumulator_ : instruction.k;
            return;
        case BPF_MISC:
            BPF_MISCOP(instruction.code) == BPF_TAX ? index_ = accumulator_ : accumulator_ = index_;
            return;
        default:
            throw std::logic_error("unknown class");
        }
    }

    [[nodiscard]] std::uint32_t load(const sock_filter& instruction) const {
        switch (BPF_MODE(instruction.code)) {
        case BPF_IMM:
            return instruction.k;
        case BPF_MEM:
            return scratch_.at(instruction.k);
        case BPF_ABS:
            return loadData(instruction.k);
        default:
            throw std::logic_error("unknown load");
        }
    }

    [[nodiscard]] std::uint32_t loadData(std::uint32_t offset) const {
        std::uint32_t word = 0;
        if (offset % sizeof(word) != 0 || offset > sizeof(data_) - sizeof(word)) {
            throw std::logic_error("load beside seccomp_data");
        }
        std::memcpy(&word, reinterpret_cast<const char*>(&data_) + offset, sizeof(word));
        return word;
    }

    [[nodiscard]] std::uint32_t operand(const sock_filter& instruction) const {
        return BPF_SRC(instruction.code) == BPF_X ? index_ : instruction.k;
    }

    [[nodiscard]] std::uint32_t compute(const sock_filter& instruction) const {
        switch (BPF_OP(instruction.code)) {
        case BPF_AND:
            return accumulator_ & operand(instruction);
        case BPF_OR:
            return accumulator_ | operand(instruction);
        default:
            throw std::logic_error("unknown operation");
        }
    }

    void jump(const sock_filter& instruction) {
        if (BPF_OP(instruction.code) == BPF_JA) {
            next_ += instruction.k;
            return;
        }
        next_ += holds(instruction) ? instruction.jt : instruction.jf;
    }

    [[nodiscard]] bool holds(const sock_filter& instruction) const {
        switch (BPF_OP(instruction.code)) {
        case BPF_JEQ:
            return accumulator_ == operand(instruction);
        case BPF_JGT:
            return accumulator_ > operand(instruction);
        case BPF_JGE:
            return accumulator_ >= operand(instruction);
        case BPF_JSET:
            return (accumulator_ & operand(instruction)) != 0;
        default:
            throw std::logic_error("unknown comparison");
        }
    }

    std::span<const sock_filter> program_;
    const seccomp_data& data_;
    std::array<std::uint32_t, BPF_MEMWORDS> scratch_{};
    std::uint32_t accumulator_ = 0;
    std::uint32_t index_ = 0;
    std::size_t next_ = 0;
    bool returned_ = false;
    std::uint32_t result_ = 0;
};

} // namespace

std::uint32_t runFilter(std::span<const sock_filter> program, const seccomp_data& data) {
    return Machine(program, data).run();
}

} // namespace sandboxd::plan
