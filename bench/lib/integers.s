# Arithmetic, a store and a load in a loop of nine instructions, all of the base set: the same code for QEMU's Linux
# programs, where it ends after ROUNDS, and for the emulated board, where nobody waits for its end.
	.text
	.global _start
_start:
	movi a3, ROUNDS >> 20
	slli a3, a3, 20
	mov a9, a1
again:
	add a4, a5, a6
	xor a5, a4, a7
	slli a6, a5, 3
	sub a7, a7, a6
	extui a8, a7, 4, 8
	s32i a8, a9, 0
	l32i a5, a9, 0
	addi a3, a3, -1
	bnez a3, again
	# exit(0)
	movi a2, 118
	movi a6, 0
	syscall
