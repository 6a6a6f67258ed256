/*
 * void hold(struct held *)
 *
 * Fills every register a program can own, computes a little, makes one system call, and stores what is in the
 * registers then. Nothing in here lets go of a value: wherever the thread is stopped, in user mode or in the
 * call, a register that is not brought back is seen. rcx and r11 are checked before the call, which destroys them.
 * The offsets are those of struct held in threads64.c, which asserts them.
 */
        .set VECTORS, 0
        .set VECTORS_SEEN, 2048
        .set MASKS, 4096
        .set MASKS_SEEN, 4160
        .set INTEGERS, 4224
        .set INTEGERS_SEEN, 4288
        .set ARGUMENTS, 4352
        .set ARGUMENTS_SEEN, 4400
        .set NUMBER, 4448
        .set RESULT, 4456
        .set SPINS, 4464
        .set LEVEL, 4472
        .set RED_ZONE_SEEN, 4480
        .set FLOATS_SEEN, 4608
        .set MXCSR, 4704
        .set MXCSR_SEEN, 4708
        .set CONTROL, 4712
        .set CONTROL_SEEN, 4716
        .set DEFAULT_MXCSR, 4720
        .set DEFAULT_CONTROL, 4724

        .text
        .globl  hold
        .type   hold, @function
hold:
        pushq   %rbx
        pushq   %rbp
        pushq   %r12
        pushq   %r13
        pushq   %r14
        pushq   %r15
        subq    $24, %rsp
        movq    %rdi, (%rsp)

        cmpl    $1, LEVEL(%rdi)
        je      1f
        ja      2f
        .irp    n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
        movdqu  VECTORS+64*\n(%rdi), %xmm\n
        .endr
        jmp     3f
1:      .irp    n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
        vmovdqu VECTORS+64*\n(%rdi), %ymm\n
        .endr
        jmp     3f
2:      .irp    n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
        vmovdqu64 VECTORS+64*\n(%rdi), %zmm\n
        .endr
        .irp    n, 16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
        vmovdqu64 VECTORS+64*\n(%rdi), %zmm\n
        .endr
        .irp    n, 0,1,2,3,4,5,6,7
        kmovq   MASKS+8*\n(%rdi), %k\n
        .endr
3:      ldmxcsr MXCSR(%rdi)
        fldcw   CONTROL(%rdi)
        fld1
        fldpi
        fldl2e
        fldl2t
        fldlg2
        fldln2

        .irp    n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16
        leaq    \n(%rdi), %rax
        movq    %rax, -8*\n(%rsp)       /* the red zone: ours without moving rsp */
        .endr

        movq    SPINS(%rdi), %rax
        movq    INTEGERS+0(%rdi), %rbx
        movq    INTEGERS+8(%rdi), %rbp
        movq    INTEGERS+16(%rdi), %r12
        movq    INTEGERS+24(%rdi), %r13
        movq    INTEGERS+32(%rdi), %r14
        movq    INTEGERS+40(%rdi), %r15
        movq    INTEGERS+48(%rdi), %rcx
        movq    INTEGERS+56(%rdi), %r11
        movq    ARGUMENTS+8(%rdi), %rsi
        movq    ARGUMENTS+16(%rdi), %rdx
        movq    ARGUMENTS+24(%rdi), %r10
        movq    ARGUMENTS+32(%rdi), %r8
        movq    ARGUMENTS+40(%rdi), %r9
        movq    ARGUMENTS+0(%rdi), %rdi
4:      decq    %rax
        jnz     4b
        movq    %rcx, 8(%rsp)
        movq    %r11, 16(%rsp)
        movq    (%rsp), %rax
        movq    NUMBER(%rax), %rax
        syscall

        movq    (%rsp), %rcx
        movq    %rax, RESULT(%rcx)
        .irp    n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16
        movq    -8*\n(%rsp), %rax
        movq    %rax, RED_ZONE_SEEN+8*\n-8(%rcx)
        .endr
        movq    %rbx, INTEGERS_SEEN+0(%rcx)
        movq    %rbp, INTEGERS_SEEN+8(%rcx)
        movq    %r12, INTEGERS_SEEN+16(%rcx)
        movq    %r13, INTEGERS_SEEN+24(%rcx)
        movq    %r14, INTEGERS_SEEN+32(%rcx)
        movq    %r15, INTEGERS_SEEN+40(%rcx)
        movq    8(%rsp), %rax
        movq    %rax, INTEGERS_SEEN+48(%rcx)
        movq    16(%rsp), %rax
        movq    %rax, INTEGERS_SEEN+56(%rcx)
        movq    %rdi, ARGUMENTS_SEEN+0(%rcx)
        movq    %rsi, ARGUMENTS_SEEN+8(%rcx)
        movq    %rdx, ARGUMENTS_SEEN+16(%rcx)
        movq    %r10, ARGUMENTS_SEEN+24(%rcx)
        movq    %r8, ARGUMENTS_SEEN+32(%rcx)
        movq    %r9, ARGUMENTS_SEEN+40(%rcx)

        fstpt   FLOATS_SEEN+0(%rcx)
        fstpt   FLOATS_SEEN+16(%rcx)
        fstpt   FLOATS_SEEN+32(%rcx)
        fstpt   FLOATS_SEEN+48(%rcx)
        fstpt   FLOATS_SEEN+64(%rcx)
        fstpt   FLOATS_SEEN+80(%rcx)
        fnstcw  CONTROL_SEEN(%rcx)
        fldcw   DEFAULT_CONTROL(%rcx)
        stmxcsr MXCSR_SEEN(%rcx)
        ldmxcsr DEFAULT_MXCSR(%rcx)

        cmpl    $1, LEVEL(%rcx)
        je      5f
        ja      6f
        .irp    n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
        movdqu  %xmm\n, VECTORS_SEEN+64*\n(%rcx)
        .endr
        jmp     7f
5:      .irp    n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
        vmovdqu %ymm\n, VECTORS_SEEN+64*\n(%rcx)
        .endr
        vzeroupper
        jmp     7f
6:      .irp    n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
        vmovdqu64 %zmm\n, VECTORS_SEEN+64*\n(%rcx)
        .endr
        .irp    n, 16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
        vmovdqu64 %zmm\n, VECTORS_SEEN+64*\n(%rcx)
        .endr
        .irp    n, 0,1,2,3,4,5,6,7
        kmovq   %k\n, MASKS_SEEN+8*\n(%rcx)
        .endr
        vzeroupper

7:      addq    $24, %rsp
        popq    %r15
        popq    %r14
        popq    %r13
        popq    %r12
        popq    %rbp
        popq    %rbx
        ret
        .size   hold, .-hold
        .section .note.GNU-stack,"",@progbits
