/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DES as VNC uses it (RFC 6143, 7.2.2): with the bits of each key byte mirrored. The cipher is
 * nettle's. Not libvncserver's: it cannot decrypt a block in memory, leaves keys on the stack, and
 * when its cipher refuses (FIPS mode; an empty password with libgcrypt), rfbEncryptBytes() does not
 * say so, and the challenge itself becomes the right response.
 */
#ifndef GPUDESK_VNC_DES_H
#define GPUDESK_VNC_DES_H

#include <stdint.h>

enum { VNC_DES_BLOCK = 8 };

/* The key schedule is on the stack during the call, and zeroed. May work in place. */
void vnc_des_encrypt(const uint8_t key[static VNC_DES_BLOCK], unsigned n_blocks,
		     const uint8_t *plain, uint8_t *ret_cipher);
void vnc_des_decrypt(const uint8_t key[static VNC_DES_BLOCK], unsigned n_blocks,
		     const uint8_t *cipher, uint8_t *ret_plain);

/*
 * What vncpasswd stores: a password of 8 bytes, padded with NULs, encrypted with a well-known key.
 * May work in place.
 */
void vnc_des_hide(const uint8_t password[static VNC_DES_BLOCK],
		  uint8_t ret_hidden[static VNC_DES_BLOCK]);
void vnc_des_reveal(const uint8_t hidden[static VNC_DES_BLOCK],
		    uint8_t ret_password[static VNC_DES_BLOCK]);

/* Known answers, both ways. Returns 0, or -ENOTSUP if the cipher is wrong. */
int vnc_des_self_test(void);

#endif
