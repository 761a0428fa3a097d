#include "textflag.h"

// func tile8x8(a *float32, stride uintptr, w *[8]float32, k int, bias *[8]float32, slope *[8]float32, y *float32, step uintptr)
//
// Y0 to Y7 hold the sums of eight rows by eight columns. Needs AVX2 and FMA.
TEXT ·tile8x8(SB), NOSPLIT, $0-64
	MOVQ a+0(FP), R8
	MOVQ stride+8(FP), R9
	MOVQ w+16(FP), DX
	MOVQ k+24(FP), CX
	LEAQ (R9)(R9*2), R10
	ADDQ R8, R10           // row 3
	LEAQ (R10)(R9*2), R11
	ADDQ R9, R11           // row 6
	MOVQ bias+32(FP), BX
	VMOVUPS (BX), Y0
	VMOVAPS Y0, Y1
	VMOVAPS Y0, Y2
	VMOVAPS Y0, Y3
	VMOVAPS Y0, Y4
	VMOVAPS Y0, Y5
	VMOVAPS Y0, Y6
	VMOVAPS Y0, Y7

next:
	VMOVUPS (DX), Y8
	VBROADCASTSS (R8), Y9
	VBROADCASTSS (R8)(R9*1), Y10
	VBROADCASTSS (R8)(R9*2), Y11
	VBROADCASTSS (R10), Y12
	VFMADD231PS Y8, Y9, Y0
	VFMADD231PS Y8, Y10, Y1
	VFMADD231PS Y8, Y11, Y2
	VFMADD231PS Y8, Y12, Y3
	VBROADCASTSS (R10)(R9*1), Y9
	VBROADCASTSS (R10)(R9*2), Y10
	VBROADCASTSS (R11), Y11
	VBROADCASTSS (R11)(R9*1), Y12
	VFMADD231PS Y8, Y9, Y4
	VFMADD231PS Y8, Y10, Y5
	VFMADD231PS Y8, Y11, Y6
	VFMADD231PS Y8, Y12, Y7
	ADDQ $4, R8
	ADDQ $4, R10
	ADDQ $4, R11
	ADDQ $32, DX
	DECQ CX
	JNZ next

	MOVQ y+48(FP), DI
	MOVQ step+56(FP), SI
	MOVQ slope+40(FP), AX
	TESTQ AX, AX
	JZ store

	// x = max(x, 0) + slope*min(x, 0); the order of operands lets what is no number stay so
	VMOVUPS (AX), Y8
	VXORPS Y9, Y9, Y9
#define LEAK(Y) VMINPS Y, Y9, Y10; VMAXPS Y, Y9, Y; VFMADD231PS Y8, Y10, Y
	LEAK(Y0)
	LEAK(Y1)
	LEAK(Y2)
	LEAK(Y3)
	LEAK(Y4)
	LEAK(Y5)
	LEAK(Y6)
	LEAK(Y7)

store:
	VMOVUPS Y0, (DI)
	VMOVUPS Y1, (DI)(SI*1)
	LEAQ (DI)(SI*2), DI
	VMOVUPS Y2, (DI)
	VMOVUPS Y3, (DI)(SI*1)
	LEAQ (DI)(SI*2), DI
	VMOVUPS Y4, (DI)
	VMOVUPS Y5, (DI)(SI*1)
	LEAQ (DI)(SI*2), DI
	VMOVUPS Y6, (DI)
	VMOVUPS Y7, (DI)(SI*1)
	VZEROUPPER
	RET
