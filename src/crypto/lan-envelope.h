/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Sealed mail (SECURITY section 5, amendment j): a one-shot, X3DH-shaped envelope for one device. The
 * server and every carrier see for which device it is, the prekeys' ids and a padded size; the sender
 * is inside. 124 bytes and the body:
 *
 *     0  version 1       4  tag 16: device id 8, zeros 8     28  e: ephemeral key 32
 *     1  type 1         20  signed prekey id u32             60  sealed: sender's DH key 32 + 16
 *     2  flags u16 = 0  24  one-time prekey id u32, or 0    108  sealed: body n + 16
 *
 * Type 2 is carried by colleagues, who know their contacts' devices and prekeys: tag is that of
 * lan-carry-tag.h, both ids are 0, and the recipient tries its signed prekeys.
 *
 * Key schedule, on Noise's SymmetricState named "LY1env_25519_ChaChaPoly_BLAKE2b", in this order:
 *
 *     MixHash (bytes 0..28)          the outer header is the prologue
 *     MixHash (recipient's DH key)   MixHash (signed prekey)   [MixHash (one-time prekey)]
 *     MixHash (e)
 *     MixKey (DH (e, recipient's DH key))   MixKey (DH (e, signed prekey))
 *     [MixKey (DH (e, one-time prekey))]
 *     EncryptAndHash (sender's DH key)      MixKey (DH (sender's DH key, signed prekey))
 *     EncryptAndHash (body)
 *
 * A DH whose result is zero ends it on either side. Body: sender's device list seq u32 | recipient's
 * account key 32 | count u8 | count signed records (lan-record.h of wire, each says its length) |
 * zeros. Its length is padded to a multiple of 256 up to 4 KiB, then as Padme (at most 12 % more).
 *
 * What opened is authentic from whoever holds the DH key it names; it does not say who that is (look
 * for its certificate), nor that it is new (records say that themselves). Theft of a signed prekey
 * lets the thief write to its owner under any name until it is wiped (SECURITY section 12, 1): so
 * the records' own signatures are what counts. Any thread.
 */
#pragma once

#include "lan-identity.h"

G_BEGIN_DECLS

#define LAN_ENVELOPE_BYTES_MAX   (56 * 1024)
#define LAN_ENVELOPE_OVERHEAD    124
#define LAN_ENVELOPE_RECORDS_MAX 255
/* Records of one envelope, all together: what is left of 56 KiB. */
#define LAN_ENVELOPE_ROOM (LAN_ENVELOPE_BYTES_MAX - LAN_ENVELOPE_OVERHEAD - 37)

/* For whom: from a verified certificate and a verified bundle. */
typedef struct {
  LanAccountId account;
  LanDeviceId device;
  guint8 dh_public[LAN_KEY_BYTES];
  guint32 signed_id;
  guint8 signed_public[LAN_KEY_BYTES];
  guint32 one_time_id; /* 0: none, and the next field counts for nothing */
  guint8 one_time_public[LAN_KEY_BYTES];
  const guint8 *tag; /* (nullable): 16 bytes: it is carried, type 2, without one-time key */
} LanEnvelopeTo;

/**
 * Seals @records (each a whole signed record) from @sender's device.
 * @envelope: (out) (transfer full). OVERSIZED: more than LAN_ENVELOPE_ROOM or 255; MALFORMED: not a
 * record by its own length, or none; AUTH: a key of small order.
 */
LanStatus lan_envelope_seal (const LanEnvelopeTo *to, const LanDeviceKeys *sender,
                             guint32 sender_list_seq, GBytes *const *records, gsize n_records,
                             const LanRandom *random, GBytes **envelope) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: size of the envelope that carries @records_bytes of records, padding included. */
gsize lan_envelope_size (gsize records_bytes);

/* What anybody may see of one. */
typedef struct {
  gboolean is_carried;
  guint8 tag[16];     /* of type 2 */
  LanDeviceId device; /* of type 1, as the next two */
  guint32 signed_id;
  guint32 one_time_id;
} LanEnvelopeHead;

/** Reads the outer header, and nothing else; checks the whole length. */
LanStatus lan_envelope_peek (LanEnvelopeHead *head, const guint8 *data,
                             gsize len) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
  guint8 sender_dh[LAN_KEY_BYTES];
  guint32 sender_list_seq;
  GPtrArray *records; /* (element-type GBytes): whole records, not yet looked at; 1..255 */
} LanEnvelopeBody;

void lan_envelope_body_clear (LanEnvelopeBody *body);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LanEnvelopeBody, lan_envelope_body_clear)

/**
 * Opens an envelope for @own. @signed_secret: of the prekey that the head names; @one_time_secret:
 * (nullable): likewise, NULL exactly when the head names none (else STATE). AUTH: not for these keys or damaged; MISMATCH: for another device or account;
 * MALFORMED: the body breaks its layout. @body is empty unless OK.
 */
LanStatus lan_envelope_open (const guint8 *data, gsize len, const LanDeviceKeys *own,
                             const guint8 signed_secret[LAN_KEY_BYTES],
                             const guint8 *one_time_secret,
                             LanEnvelopeBody *body) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
