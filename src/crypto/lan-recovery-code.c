/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-recovery-code.h"

#include <string.h>

#define RANDOM_CHARS 28 /* 140 bits */

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; /* Crockford's */

void
lan_recovery_code_make (LanRecoveryCode *code, const LanRandom *random)
{
  lan_random_bytes (random, code->bytes, sizeof code->bytes);
  code->bytes[LAN_RECOVERY_CODE_BYTES - 1] &= 0xf0;
}

/* Ten bits: one of a thousand slips is not found before the long work begins. */
static guint
checksum (const LanRecoveryCode *code)
{
  LanHash hash;

  lan_hash_256 (&hash, code->bytes, sizeof code->bytes);
  return hash.b[0] | (hash.b[1] & 3u) << 8;
}

/* The five bits that character @i stands for. */
static guint
value_at (const LanRecoveryCode *code, guint i)
{
  guint value = 0;

  if (i >= RANDOM_CHARS)
    return checksum (code) >> (i == RANDOM_CHARS ? 5 : 0) & 31;
  for (guint bit = i * 5; bit < i * 5 + 5; bit++)
    value = value << 1 | (code->bytes[bit / 8] >> (7 - bit % 8) & 1);
  return value;
}

char *
lan_recovery_code_format (const LanRecoveryCode *code)
{
  char text[LAN_RECOVERY_CODE_CHARS + LAN_RECOVERY_CODE_CHARS / LAN_RECOVERY_CODE_GROUP];
  guint n = 0;

  for (guint i = 0; i < LAN_RECOVERY_CODE_CHARS; i++) {
    if (i > 0 && i % LAN_RECOVERY_CODE_GROUP == 0)
      text[n++] = '-';
    text[n++] = alphabet[value_at (code, i)];
  }
  text[n] = '\0';
  return g_strdup (text);
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

LanStatus
lan_recovery_code_parse (LanRecoveryCode *code, const char *text)
{
  guint n = 0, check = 0;

  memset (code, 0, sizeof *code);
  for (; *text != '\0'; text++) {
    int value;

    if (*text == '-' || g_ascii_isspace (*text))
      continue;
    value = value_of (*text);
    if (value < 0 || n == LAN_RECOVERY_CODE_CHARS) {
      n = 0;
      break;
    }
    for (guint bit = 0; n < RANDOM_CHARS && bit < 5; bit++) {
      if ((value >> (4 - bit) & 1) != 0)
        code->bytes[(n * 5 + bit) / 8] |= (guint8) (0x80 >> (n * 5 + bit) % 8);
    }
    if (n++ >= RANDOM_CHARS)
      check = check << 5 | (guint) value;
  }
  if (n == LAN_RECOVERY_CODE_CHARS && check == checksum (code))
    return LAN_STATUS_OK;
  lan_secret_wipe (code, sizeof *code);
  return LAN_STATUS_MALFORMED;
}

gboolean
lan_recovery_code_load (LanRecoveryCode *code, const guint8 *bytes, gsize len)
{
  if (len != sizeof code->bytes || (bytes[len - 1] & 0x0f) != 0)
    return FALSE;
  memcpy (code->bytes, bytes, len);
  return TRUE;
}

void
lan_recovery_code_input (const LanRecoveryCode *code, guint8 input[LAN_KEY_BYTES])
{
  memset (input, 0, LAN_KEY_BYTES);
  memcpy (input, code->bytes, sizeof code->bytes);
}
