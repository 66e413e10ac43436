/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Own prekeys. They lie in the sealed database and not in the key store's file, so that a one-time
 * key goes in the same transaction that shows its mail to be on disk, and no file is written anew
 * for each letter; the database's key is in the key store, so a thief needs both either way.
 */
#include "lan-mail-private.h"

static char *
key_of (LanRingKind kind, guint32 id)
{
  return g_strdup_printf (LAN_MAIL_RING_KEY "%u.%08x", (guint) kind, id);
}

/* Writes the entry as it is now, or, where it is gone, takes its row away. */
static void
keep (LanCore *core, LanRingKind kind, guint32 id)
{
  LanChange *change = lan_changes_add (lan_core_batch (core)->changes, LAN_CHANGE_SETTING);

  change->setting.key = key_of (kind, id);
  change->setting.value = lan_prekey_ring_save (core->mail->ring, kind, id);
}

static void
forget (LanCore *core, LanRingKind kind, guint32 id)
{
  lan_prekey_ring_remove (core->mail->ring, kind, id);
  keep (core, kind, id);
}

void
lan_mail_keys_use (LanCore *core, guint32 one_time_id)
{
  LanChange *change = lan_changes_add (lan_core_batch (core)->changes, LAN_CHANGE_SETTING);

  /* In memory it stays until that is committed: the envelope may have to be opened again. */
  change->setting.key = key_of (LAN_RING_ONE_TIME, one_time_id);
}

void
lan_mail_load_key (LanCore *core, GBytes *value)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (value, &len);

  /* What does not load is of no use, and mail for it is what the next meeting brings. */
  (void) !lan_prekey_ring_load (core->mail->ring, data, len);
}

/* Nobody can have sealed to these any more, or nobody should. */
static void
wipe_old (LanCore *core, gint64 now_s)
{
  LanPrekeyRing *ring = core->mail->ring;

  for (guint i = lan_prekey_ring_count (ring); i > 0; i--) {
    LanRingEntry entry;

    lan_prekey_ring_get (ring, i - 1, &entry);
    if (entry.kind == LAN_RING_SIGNED && entry.replaced_s != 0 &&
        now_s - entry.replaced_s > LAN_PREKEY_KEEP_SECONDS)
      forget (core, entry.kind, entry.id);
  }
}

void
lan_mail_keys_drop_all (LanCore *core)
{
  LanPrekeyRing *ring = core->mail->ring;

  while (lan_prekey_ring_count (ring) > 0) {
    LanRingEntry entry;

    lan_prekey_ring_get (ring, 0, &entry);
    forget (core, entry.kind, entry.id);
  }
  core->mail->told = FALSE;
}

/* Room for @n more one-time keys: the oldest of those that nobody used go. */
static void
make_room (LanCore *core, guint n)
{
  LanPrekeyRing *ring = core->mail->ring;

  for (;;) {
    LanRingEntry entry, oldest = { .made_s = G_MAXINT64 };
    guint one_time = 0;

    for (guint i = 0; i < lan_prekey_ring_count (ring); i++) {
      lan_prekey_ring_get (ring, i, &entry);
      if (entry.kind != LAN_RING_ONE_TIME)
        continue;
      one_time++;
      if (entry.made_s < oldest.made_s)
        oldest = entry;
    }
    if (one_time + n <= LAN_RING_ONE_TIME_MAX)
      return;
    forget (core, LAN_RING_ONE_TIME, oldest.id);
  }
}

static GBytes *
make_one_time (LanCore *core, guint n, gint64 now_s)
{
  GByteArray *out = g_byte_array_new ();

  make_room (core, n);
  for (guint i = 0; i < n; i++) {
    LanOneTimePrekey prekey;
    guint8 bytes[LAN_ONE_TIME_BYTES];

    if (!lan_prekey_ring_make (core->mail->ring, LAN_RING_ONE_TIME, now_s, core->random, &prekey.id,
                               prekey.public_key))
      break;
    keep (core, LAN_RING_ONE_TIME, prekey.id);
    lan_one_time_encode (&prekey, bytes);
    g_byte_array_append (out, bytes, sizeof bytes);
  }
  return g_byte_array_free_to_bytes (out);
}

/* @entry: the current one, made now where it is missing, a week old, or of a future that passed. */
static gboolean
need_signed (LanCore *core, gint64 now_s, LanRingEntry *entry)
{
  LanPrekeyRing *ring = core->mail->ring;
  gboolean have = lan_prekey_ring_current (ring, entry);
  guint8 public_key[LAN_KEY_BYTES];
  guint32 id;

  if (have && now_s - entry->made_s < LAN_PREKEY_RENEW_SECONDS &&
      entry->made_s <= now_s + LAN_MAIL_CLOCK_SLACK_S)
    return TRUE;
  if (!lan_prekey_ring_make (ring, LAN_RING_SIGNED, now_s, core->random, &id, public_key))
    return FALSE;
  if (have)
    lan_prekey_ring_set_replaced (ring, entry->id, MAX (now_s, 1));
  *entry = (LanRingEntry){ .kind = LAN_RING_SIGNED, .id = id, .made_s = MAX (now_s, 0) };
  return TRUE;
}

static GBytes *
sign (LanCore *core, const LanRingEntry *entry)
{
  const guint8 *secret = lan_prekey_ring_find (core->mail->ring, LAN_RING_SIGNED, entry->id);
  guint8 public_key[LAN_KEY_BYTES];

  lan_dh_public_from_secret (public_key, secret);
  return lan_prekey_issue (core->device, entry->id, public_key, entry->made_s,
                           entry->made_s + LAN_PREKEY_LIFE_SECONDS);
}

/* All of them, also where nothing changed: there is a batch then that the event can wait for, and
 * what an earlier one did not bring to disk is there with it. */
static void
keep_signed (LanCore *core)
{
  for (guint i = 0; i < lan_prekey_ring_count (core->mail->ring); i++) {
    LanRingEntry entry;

    lan_prekey_ring_get (core->mail->ring, i, &entry);
    if (entry.kind == LAN_RING_SIGNED)
      keep (core, entry.kind, entry.id);
  }
}

/* mail->keys_state */
enum {
  KEYS_KEPT,
  KEYS_PENDING, /* in a batch */
  KEYS_UNKEPT,  /* the batch failed */
};

gboolean
lan_mail_keys_own (LanCore *core, GBytes **prekey)
{
  LanMailer *mail = core->mail;
  LanRingEntry before, entry;
  gboolean have = lan_prekey_ring_current (mail->ring, &before);

  if (!core->started || core->forked || mail->publishing || mail->keys_state == KEYS_PENDING ||
      !need_signed (core, core->now.wall_ms / 1000, &entry))
    return FALSE;
  if (have && before.id == entry.id && mail->keys_state == KEYS_KEPT) {
    if (prekey != NULL)
      *prekey = sign (core, &entry);
    return FALSE;
  }
  mail->keys_state = KEYS_PENDING;
  wipe_old (core, core->now.wall_ms / 1000);
  keep_signed (core);
  return TRUE;
}

void
lan_mail_keys_kept (LanCore *core, gboolean ok)
{
  core->mail->keys_state = ok ? KEYS_KEPT : KEYS_UNKEPT;
}

/* What the server lacks is made, kept, and given to it once it is kept. */
static void
publish (LanCore *core)
{
  LanMailer *mail = core->mail;
  gint64 now_s = core->now.wall_ms / 1000;
  LanCoreAction *event;
  LanRingEntry entry;

  if (!mail->told || mail->publishing || !core->started || core->forked)
    return;
  wipe_old (core, now_s);
  if (!need_signed (core, now_s, &entry))
    return;
  lan_deadlines_set (core->deadlines, mail, LAN_DUE_MAIL_KEYS,
                     core->now.mono_us +
                         (entry.made_s + LAN_PREKEY_RENEW_SECONDS - now_s + 1) * G_USEC_PER_SEC);
  if (mail->left_expires_s == entry.made_s + LAN_PREKEY_LIFE_SECONDS &&
      mail->left >= LAN_ONE_TIME_REFILL)
    return;
  event = lan_core_action_new (LAN_CORE_PUBLISH_PREKEYS);
  event->prekeys.signed_prekey = sign (core, &entry);
  if (mail->left < LAN_ONE_TIME_REFILL)
    event->prekeys.one_time = make_one_time (core, LAN_ONE_TIME_FILL - mail->left, now_s);
  mail->publishing = TRUE;
  keep_signed (core);
  g_ptr_array_add (lan_core_batch (core)->events, event);
}

/* The batch failed: the one-time keys of @event were never on disk, nor anywhere else. */
static void
take_back (LanCore *core, const LanCoreAction *event)
{
  const guint8 *data;
  gsize len;

  if (event->prekeys.one_time == NULL)
    return;
  data = g_bytes_get_data (event->prekeys.one_time, &len);
  for (gsize at = 0; at + LAN_ONE_TIME_BYTES <= len; at += LAN_ONE_TIME_BYTES) {
    LanOneTimePrekey prekey;

    if (lan_one_time_decode (&prekey, data + at, LAN_ONE_TIME_BYTES) == LAN_STATUS_OK)
      lan_prekey_ring_remove (core->mail->ring, LAN_RING_ONE_TIME, prekey.id);
  }
}

void
lan_mail_keys_published (LanCore *core, const LanCoreAction *event, gboolean ok)
{
  core->mail->publishing = FALSE;
  if (ok) {
    core->mail->told = FALSE; /* until the server says again what it has */
    return;
  }
  take_back (core, event);
  lan_deadlines_set (core->deadlines, core->mail, LAN_DUE_MAIL_KEYS,
                     core->now.mono_us + LAN_MAIL_RETRY_US);
}

void
lan_mail_keys_start (LanCore *core)
{
  wipe_old (core, core->now.wall_ms / 1000);
}

/* The week is over: whatever the server has, it is not the next one. */
void
lan_mail_keys_due (LanCore *core)
{
  if (core->mail->mailbox != LAN_MAILBOX_OPEN)
    return;
  if (!core->mail->told)
    core->mail->left = LAN_ONE_TIME_REFILL;
  core->mail->told = TRUE;
  publish (core);
}

void
lan_core_prekeys_left (LanCore *core, guint one_time, gint64 signed_expires_s, const LanTime *now)
{
  core->now = *now;
  core->mail->told = TRUE;
  core->mail->left = MIN (one_time, LAN_ONE_TIME_FILL);
  core->mail->left_expires_s = signed_expires_s;
  publish (core);
  lan_core_settle (core);
}
