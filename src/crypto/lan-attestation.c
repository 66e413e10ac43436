/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-attestation.h"

#include "lan-crypto-private.h"
#include "lan-text.h"

#include <string.h>

/* ---- what the strings may be ---- */

static gboolean
is_clean (const char *text, gsize max)
{
  g_autofree char *cleaned = NULL;

  if (strlen (text) > max)
    return FALSE;
  cleaned = lan_text_clean_line (text, -1, max);
  return strcmp (cleaned, text) == 0;
}

char *
lan_login_canonical (const char *text)
{
  g_autofree char *folded = NULL;
  g_autofree char *login = NULL;

  if (!g_utf8_validate (text, -1, NULL))
    return NULL;
  folded = g_utf8_casefold (text, -1);
  login = g_utf8_normalize (folded, -1, G_NORMALIZE_NFC);
  if (*login == '\0' || !is_clean (login, LAN_LOGIN_MAX))
    return NULL;
  for (const char *p = login; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_isspace (g_utf8_get_char (p)) || *p == '/')
      return NULL;
  return g_steal_pointer (&login);
}

gboolean
lan_attestation_is_login (const char *text)
{
  g_autofree char *canonical = lan_login_canonical (text);

  return canonical != NULL && strcmp (canonical, text) == 0;
}

gboolean
lan_attestation_is_display (const char *text)
{
  return *text != '\0' && is_clean (text, LAN_DISPLAY_MAX);
}

gboolean
lan_attestation_is_title (const char *text)
{
  return is_clean (text, LAN_TITLE_MAX);
}

gboolean
lan_attestation_is_department (const char *text)
{
  g_auto (GStrv) parts = NULL;

  if (*text == '\0')
    return TRUE;
  if (strlen (text) > LAN_DEPARTMENT_MAX)
    return FALSE;
  parts = g_strsplit (text, "/", LAN_DEPARTMENT_DEPTH + 1);
  if (g_strv_length (parts) > LAN_DEPARTMENT_DEPTH)
    return FALSE;
  for (guint i = 0; parts[i] != NULL; i++)
    if (*parts[i] == '\0' || !is_clean (parts[i], LAN_DEPARTMENT_MAX))
      return FALSE;
  return TRUE;
}

static gboolean
are_strings_sound (const LanAttestation *a)
{
  return lan_attestation_is_login (a->login) && lan_attestation_is_display (a->display) &&
         lan_attestation_is_title (a->title) && lan_attestation_is_department (a->department);
}

static gboolean
are_numbers_sound (const LanAttestation *a)
{
  return a->seq >= 1 && a->not_before_s >= 0 && a->not_after_s > a->not_before_s;
}

/* ---- bytes ---- */

static void
write_text (LanWriter *w, const char *text)
{
  gsize len = strlen (text);

  lan_write_u8 (w, (guint8) len);
  lan_write_bytes (w, text, len);
}

GBytes *
lan_attestation_issue (const LanAttestation *attestation, const LanIssuer *issuer,
                       const LanIssuerKey *key)
{
  guint8 buf[LAN_ATTESTATION_BYTES_MAX], sig[LAN_SIGNATURE_BYTES];
  const LanAttestation *a = attestation;
  LanWriter w;

  g_return_val_if_fail (lan_issuer_id_equal (&issuer->id, lan_issuer_key_id (key)), NULL);
  if (!are_strings_sound (a) || !are_numbers_sound (a))
    return NULL;
  lan_writer_init (&w, buf, sizeof buf);
  lan_write_head (&w, "LAT1", a->status, issuer->level, 0);
  lan_write_bytes (&w, issuer->org.b, sizeof issuer->org.b);
  lan_write_bytes (&w, a->user.b, sizeof a->user.b);
  lan_write_bytes (&w, a->account.b, sizeof a->account.b);
  lan_write_u64 (&w, a->seq);
  lan_write_u64 (&w, (guint64) a->not_before_s);
  lan_write_u64 (&w, (guint64) a->not_after_s);
  lan_write_bytes (&w, issuer->id.b, sizeof issuer->id.b);
  write_text (&w, a->login);
  write_text (&w, a->display);
  write_text (&w, a->title);
  write_text (&w, a->department);
  lan_issuer_key_sign (key, LAN_SIGN_ATTESTATION, buf, w.len, sig);
  lan_write_bytes (&w, sig, sizeof sig);
  g_assert (!w.failed);
  return g_bytes_new (buf, w.len);
}

/* Reads one string into @out of @max + 1 bytes; a NUL within makes it shorter than it says. */
static LanStatus
read_text (LanReader *r, char *out, gsize max)
{
  gsize len = lan_read_u8 (r);

  if (len > max)
    return LAN_STATUS_MALFORMED;
  lan_read_bytes (r, (guint8 *) out, len);
  out[len] = '\0';
  if (r->failed)
    return LAN_STATUS_TRUNCATED;
  return strlen (out) == len ? LAN_STATUS_OK : LAN_STATUS_MALFORMED;
}

static LanStatus
read_strings (LanAttestation *a, LanReader *r)
{
  LanStatus status = read_text (r, a->login, LAN_LOGIN_MAX);

  if (status == LAN_STATUS_OK)
    status = read_text (r, a->display, LAN_DISPLAY_MAX);
  if (status == LAN_STATUS_OK)
    status = read_text (r, a->title, LAN_TITLE_MAX);
  if (status == LAN_STATUS_OK)
    status = read_text (r, a->department, LAN_DEPARTMENT_MAX);
  return status;
}

LanStatus
lan_attestation_decode (LanAttestation *attestation, const guint8 *data, gsize len)
{
  LanAttestation *a = attestation;
  guint8 rest[3];
  LanReader r;
  LanStatus status;

  *a = (LanAttestation){ 0 };
  lan_reader_init (&r, data, len);
  status = lan_read_head (&r, "LAT1", rest);
  if (status != LAN_STATUS_OK)
    return status;
  a->status = rest[0];
  a->level = rest[1];
  lan_read_bytes (&r, a->org.b, sizeof a->org.b);
  lan_read_bytes (&r, a->user.b, sizeof a->user.b);
  lan_read_bytes (&r, a->account.b, sizeof a->account.b);
  a->seq = lan_read_u64 (&r);
  a->not_before_s = lan_read_time (&r);
  a->not_after_s = lan_read_time (&r);
  lan_read_bytes (&r, a->issuer.b, sizeof a->issuer.b);
  if (r.failed)
    return LAN_STATUS_TRUNCATED;
  status = read_strings (a, &r);
  if (status == LAN_STATUS_OK)
    status = lan_read_signature_end (&r);
  if (status != LAN_STATUS_OK)
    return status;
  if (rest[2] != 0 || (a->level != LAN_LEVEL_SERVER && a->level != LAN_LEVEL_OFFLINE))
    return LAN_STATUS_MALFORMED;
  return are_numbers_sound (a) && are_strings_sound (a) ? LAN_STATUS_OK : LAN_STATUS_MALFORMED;
}

LanStatus
lan_attestation_verify (LanAttestation *attestation, const LanIssuer *issuer, const guint8 *data,
                        gsize len)
{
  LanStatus status = lan_attestation_decode (attestation, data, len);

  if (status != LAN_STATUS_OK)
    return status;
  if (!lan_issuer_id_equal (&attestation->issuer, &issuer->id) ||
      !lan_org_id_equal (&attestation->org, &issuer->org))
    return LAN_STATUS_MISMATCH;
  /* A key at the server must not be able to speak for the people at the organisation. */
  if (attestation->level != issuer->level)
    return LAN_STATUS_AUTH;
  if (attestation->not_before_s < issuer->not_before_s ||
      attestation->not_before_s > issuer->not_after_s)
    return LAN_STATUS_EXPIRED;
  return lan_signature_verify (issuer->public_key, LAN_SIGN_ATTESTATION, data,
                               len - LAN_SIGNATURE_BYTES, data + len - LAN_SIGNATURE_BYTES);
}

LanStatus
lan_attestation_check_time (const LanAttestation *attestation, gint64 now_s, gint64 slack_s)
{
  if (now_s < attestation->not_before_s - slack_s || now_s > attestation->not_after_s + slack_s)
    return LAN_STATUS_EXPIRED;
  return LAN_STATUS_OK;
}

static gboolean
is_same (const LanAttestation *a, const LanAttestation *b)
{
  return a->status == b->status && a->level == b->level && a->not_before_s == b->not_before_s &&
         a->not_after_s == b->not_after_s && lan_account_id_equal (&a->account, &b->account) &&
         lan_issuer_id_equal (&a->issuer, &b->issuer) && strcmp (a->login, b->login) == 0 &&
         strcmp (a->display, b->display) == 0 && strcmp (a->title, b->title) == 0 &&
         strcmp (a->department, b->department) == 0;
}

LanStatus
lan_attestation_check_successor (const LanAttestation *current, const LanAttestation *next)
{
  if (!lan_org_id_equal (&current->org, &next->org) ||
      !lan_user_id_equal (&current->user, &next->user))
    return LAN_STATUS_MISMATCH;
  if (next->seq < current->seq)
    return LAN_STATUS_REPLAY;
  if (next->seq == current->seq)
    return is_same (current, next) ? LAN_STATUS_OK : LAN_STATUS_MISMATCH;
  if (!lan_account_id_equal (&current->account, &next->account) && next->level < current->level)
    return LAN_STATUS_AUTH;
  return LAN_STATUS_OK;
}
