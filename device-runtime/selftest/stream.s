# selftest_stream(begin, end): reads all words of [begin, end), a multiple of 32 bytes, as fast as a core can.
	.section .text.selftest_stream,"ax",@progbits
	.p2align 2
	.global selftest_stream
	.type selftest_stream,@function
selftest_stream:
	entry	a1, 32
	sub	a4, a3, a2
	srli	a4, a4, 5
	loopnez	a4, .Lend
	l32i	a5, a2, 0
	l32i	a6, a2, 4
	l32i	a7, a2, 8
	l32i	a8, a2, 12
	l32i	a5, a2, 16
	l32i	a6, a2, 20
	l32i	a7, a2, 24
	l32i	a8, a2, 28
	addi	a2, a2, 32
.Lend:
	retw
	.size selftest_stream, . - selftest_stream

	.section .note.GNU-stack, "", @progbits
