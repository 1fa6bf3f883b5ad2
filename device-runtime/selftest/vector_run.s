# vector_run(state, code): the registers of the vector unit and of the FPU, SAR and a4 to a6 become what `state` holds
# (vectors.c has the layout), the code at `code` runs, and what it left goes back to `state`. Either core.

.macro user_write number, register
	.byte ((\register) << 4) & 255, \number, 0xf3
.endm
.macro user_read register, number
	.byte ((\number) << 4) & 255, ((\register) << 4) | ((\number) >> 4), 0xe3
.endm
# Vector register `qu` from or to where `as` points, which then points 16 bytes further.
.macro vector_load qu, as
	.byte 0x04 | ((\as) << 4), 0x01 | (((\qu) & 1) << 7), 0x83 | (((\qu) & 6) << 3)
.endm
.macro vector_store qu, as
	.byte 0x04 | ((\as) << 4), 0x01 | (((\qu) & 1) << 7), 0x8a | (((\qu) & 6) << 3)
.endm

	.section .text.vector_run,"ax",@progbits
	.p2align 2
	.global vector_run
	.type vector_run,@function
vector_run:
	entry	a1, 48
	s32i	a0, a1, 0
	mov	a10, a2
	.irp qu, 0, 1, 2, 3, 4, 5, 6, 7
	vector_load \qu, 10
	.endr
	# QACC_L, QACC_H, ACCX, SAR_BYTE, FFT_BIT_WIDTH, UA_STATE: a word each.
	.irp number, 7, 8, 9, 10, 11, 2, 3, 4, 5, 6, 0, 1, 13, 14, 15, 16, 17, 18
	l32i	a9, a10, 0
	user_write \number, 9
	addi	a10, a10, 4
	.endr
	addi	a10, a10, 12
	.irp register, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	lsi	f\register, a10, 0
	addi	a10, a10, 4
	.endr
	l32i	a9, a2, 276
	wsr	a9, sar
	l32i	a4, a2, 200
	l32i	a5, a2, 204
	l32i	a6, a2, 208
	callx0	a3
	l32i	a0, a1, 0
	s32i	a4, a2, 200
	s32i	a5, a2, 204
	s32i	a6, a2, 208
	mov	a10, a2
	.irp qu, 0, 1, 2, 3, 4, 5, 6, 7
	vector_store \qu, 10
	.endr
	.irp number, 7, 8, 9, 10, 11, 2, 3, 4, 5, 6, 0, 1, 13, 14, 15, 16, 17, 18
	user_read 9, \number
	s32i	a9, a10, 0
	addi	a10, a10, 4
	.endr
	addi	a10, a10, 12
	.irp register, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	ssi	f\register, a10, 0
	addi	a10, a10, 4
	.endr
	retw
	.size vector_run, . - vector_run

	.section .note.GNU-stack, "", @progbits
