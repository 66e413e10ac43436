/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-link-code.h"

#include "lan-base32.h"
#include "lan-bytes.h"
#include "lan-kdf.h"

#include <string.h>

#define SCHEME "LYL1:"
#define QR_MIN (LAN_LINK_CODE_BYTES + LAN_HASH_BYTES + 1)
#define QR_MAX (QR_MIN + LAN_LINK_CODE_HINTS_MAX * 19)
#define GROUP  5

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; /* Crockford's */

void
lan_link_code_make (LanLinkCode *code, const LanRandom *random)
{
  memset (code, 0, sizeof *code);
  lan_random_bytes (random, code->code, sizeof code->code);
}

/* Two bits: three of four slips of the finger are found before anybody is asked. */
static guint8
checksum (const guint8 code[LAN_LINK_CODE_BYTES])
{
  LanHash hash;

  lan_hash_256 (&hash, code, LAN_LINK_CODE_BYTES);
  return hash.b[0] & 3;
}

char *
lan_link_code_format (const LanLinkCode *code)
{
  GString *text = g_string_new (NULL);
  guint32 bits = 0;
  guint have = 0, at = 0;

  for (guint i = 0; i < LAN_LINK_CODE_CHARS; i++) {
    while (have < 5) {
      bits =
          at < LAN_LINK_CODE_BYTES ? bits << 8 | code->code[at] : bits << 2 | checksum (code->code);
      have += at++ < LAN_LINK_CODE_BYTES ? 8 : 2;
    }
    have -= 5;
    if (i > 0 && i % GROUP == 0)
      g_string_append_c (text, '-');
    g_string_append_c (text, alphabet[bits >> have & 31]);
    bits &= (1u << have) - 1;
  }
  return g_string_free (text, FALSE);
}

static int
value_of (char c)
{
  const char *at;

  c = g_ascii_toupper (c);
  if (c == 'O')
    c = '0';
  if (c == 'I' || c == 'L')
    c = '1';
  at = c != '\0' ? strchr (alphabet, c) : NULL;
  return at != NULL ? (int) (at - alphabet) : -1;
}

static LanStatus
parse_typed (LanLinkCode *code, const char *text)
{
  guint8 bytes[LAN_LINK_CODE_BYTES + 1] = { 0 };
  guint n = 0;

  for (; *text != '\0'; text++) {
    int value;

    if (*text == '-' || g_ascii_isspace (*text))
      continue;
    value = value_of (*text);
    if (value < 0 || n == LAN_LINK_CODE_CHARS)
      return LAN_STATUS_MALFORMED;
    for (guint bit = 0; bit < 5; bit++) {
      if ((value >> (4 - bit) & 1) != 0)
        bytes[(n * 5 + bit) / 8] |= (guint8) (0x80 >> (n * 5 + bit) % 8);
    }
    n++;
  }
  if (n != LAN_LINK_CODE_CHARS || bytes[LAN_LINK_CODE_BYTES] >> 6 != checksum (bytes))
    return LAN_STATUS_MALFORMED;
  memcpy (code->code, bytes, LAN_LINK_CODE_BYTES);
  lan_secret_wipe (bytes, sizeof bytes);
  return LAN_STATUS_OK;
}

char *
lan_link_code_format_qr (const LanLinkCode *code)
{
  guint8 buf[QR_MAX];
  g_autofree char *base32 = NULL, *upper = NULL;
  LanWriter w;

  g_return_val_if_fail (code->has_keys && code->n_hints <= LAN_LINK_CODE_HINTS_MAX, NULL);
  lan_writer_init (&w, buf, sizeof buf);
  lan_write_bytes (&w, code->code, sizeof code->code);
  lan_write_bytes (&w, code->keys.b, sizeof code->keys.b);
  lan_write_u8 (&w, (guint8) code->n_hints);
  for (guint i = 0; i < code->n_hints; i++) {
    const LanLinkHint *hint = &code->hints[i];

    lan_write_u8 (&w, hint->family);
    lan_write_bytes (&w, hint->address, hint->family == 4 ? 4 : 16);
    lan_write_u16 (&w, hint->port);
  }
  base32 = lan_base32_encode (buf, w.len);
  upper = g_ascii_strup (base32, -1);
  lan_secret_wipe (buf, sizeof buf);
  return g_strconcat (SCHEME, upper, NULL);
}

static LanStatus
read_hints (LanLinkCode *code, LanReader *r)
{
  guint n = lan_read_u8 (r);

  if (n > LAN_LINK_CODE_HINTS_MAX)
    return LAN_STATUS_MALFORMED;
  for (guint i = 0; i < n; i++) {
    LanLinkHint *hint = &code->hints[i];

    hint->family = lan_read_u8 (r);
    if (hint->family != 4 && hint->family != 6)
      return LAN_STATUS_MALFORMED;
    lan_read_bytes (r, hint->address, hint->family == 4 ? 4 : 16);
    hint->port = lan_read_u16 (r);
    if (!r->failed && hint->port == 0)
      return LAN_STATUS_MALFORMED;
  }
  code->n_hints = n;
  return !r->failed && lan_reader_done (r) ? LAN_STATUS_OK : LAN_STATUS_MALFORMED;
}

static LanStatus
parse_qr (LanLinkCode *code, const char *text)
{
  gsize chars = strlen (text), len = chars * 5 / 8;
  guint8 buf[QR_MAX];
  LanStatus status;
  LanReader r;

  if (len > QR_MAX)
    return LAN_STATUS_OVERSIZED;
  if (len < QR_MIN || !lan_base32_decode (text, (gssize) chars, buf, len))
    return LAN_STATUS_MALFORMED;
  lan_reader_init (&r, buf, len);
  lan_read_bytes (&r, code->code, sizeof code->code);
  lan_read_bytes (&r, code->keys.b, sizeof code->keys.b);
  code->has_keys = TRUE;
  status = read_hints (code, &r);
  lan_secret_wipe (buf, sizeof buf);
  return status;
}

LanStatus
lan_link_code_parse (LanLinkCode *code, const char *text)
{
  LanStatus status;

  memset (code, 0, sizeof *code);
  if (strlen (text) > 512)
    return LAN_STATUS_OVERSIZED;
  while (g_ascii_isspace (*text))
    text++;
  if (g_ascii_strncasecmp (text, SCHEME, strlen (SCHEME)) == 0) {
    g_autofree char *body = g_strchomp (g_strdup (text + strlen (SCHEME)));

    status = parse_qr (code, body);
  } else {
    status = parse_typed (code, text);
  }
  if (status != LAN_STATUS_OK)
    lan_secret_wipe (code, sizeof *code);
  return status;
}

static void
derive (const LanLinkCode *code, const char *use, guint8 *out, gsize len)
{
  guint8 key[LAN_KEY_BYTES] = { 0 };

  memcpy (key, code->code, sizeof code->code);
  lan_kdf (out, len, key, LAN_KDF_LINK, use, strlen (use));
  lan_secret_wipe (key, sizeof key);
}

void
lan_link_code_psk (const LanLinkCode *code, guint8 psk[LAN_KEY_BYTES])
{
  derive (code, "psk", psk, LAN_KEY_BYTES);
}

void
lan_link_code_lane_id (const LanLinkCode *code, guint8 id[LAN_LINK_ID_BYTES_SHOWN])
{
  derive (code, "id", id, LAN_LINK_ID_BYTES_SHOWN);
}

void
lan_link_code_tag_secret (const LanLinkCode *code, guint8 secret[LAN_KEY_BYTES])
{
  derive (code, "tag", secret, LAN_KEY_BYTES);
}

void
lan_link_code_hash_keys (LanHash *out, const guint8 sign_public[LAN_KEY_BYTES],
                         const guint8 dh_public[LAN_KEY_BYTES])
{
  lan_hash_256_two (out, sign_public, LAN_KEY_BYTES, dh_public, LAN_KEY_BYTES);
}
