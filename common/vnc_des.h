/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DES as VNC uses it (RFC 6143, 7.2.2): the bits of each key byte mirrored. The cipher is nettle's.
 * libvncserver exports no call that decrypts a block in memory; its rfbEncryptBytes does not tell
 * when its cipher refuses (FIPS mode; an empty password with libgcrypt), and leaves the challenge
 * itself as the right response then; and it leaves keys behind on the stack.
 */
#ifndef GPUDESK_VNC_DES_H
#define GPUDESK_VNC_DES_H

#include <stdint.h>

enum { VNC_DES_BLOCK = 8 };

/* The key schedule is on the stack for the moment of the call, and zeroed there. In place is fine.
 */
void vnc_des_encrypt(const uint8_t key[static VNC_DES_BLOCK], unsigned n_blocks,
		     const uint8_t *plain, uint8_t *ret_cipher);
void vnc_des_decrypt(const uint8_t key[static VNC_DES_BLOCK], unsigned n_blocks,
		     const uint8_t *cipher, uint8_t *ret_plain);

/*
 * What vncpasswd stores: a password of 8 bytes, padded with NULs, under a key that everybody knows.
 * In place is fine.
 */
void vnc_des_hide(const uint8_t password[static VNC_DES_BLOCK],
		  uint8_t ret_hidden[static VNC_DES_BLOCK]);
void vnc_des_reveal(const uint8_t hidden[static VNC_DES_BLOCK],
		    uint8_t ret_password[static VNC_DES_BLOCK]);

/* Known answers, both ways. Returns 0, or -ENOTSUP: the cipher does not do what it must. */
int vnc_des_self_test(void);

#endif
