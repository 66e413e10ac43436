/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Taking a bundle in. Whose an entry is, its tag says to who shares the secret: a letter for us goes the way of
 * all carried mail, a word confirms what its author has of us, a letter for somebody else is held as if
 * this account had brought it, under the same limits. A file is shown as often as somebody likes: what
 * was taken once is known.
 */
#include "lan-bundle.h"

#include "lan-bundle-word.h"
#include "lan-carry-private.h"

#include <string.h>

#define DAYS_MAX 64 /* that tags are made for, in one file */

/* What became of a letter for us, by its id in carry->bundled. */
enum {
  OPEN,
  FRESH,
  KNOWN,
  REFUSED,
};

typedef struct {
  guint8 tag[LAN_CARRY_TAG_BYTES]; /* first: the key in the table */
  LanAccountId account;
  LanDeviceId device; /* for whom it is */
  gboolean own;       /* we wrote it, for a device of .account */
} Tag;

struct _LanBundleTake {
  GHashTable *tags; /* tag -> Tag */
  GHashTable *days; /* whose tags are there */
  GArray *letters;  /* of LanMessageId, for us, since the last settling */
  GArray *held;     /* likewise, for others */
  LanBundleCounts counts;
};

static guint
tag_hash (gconstpointer tag)
{
  return lan_message_id_hash (tag);
}

LanBundleTake *
lan_bundle_take_new (void)
{
  LanBundleTake *take = g_new0 (LanBundleTake, 1);

  take->tags = g_hash_table_new_full (tag_hash, lan_message_id_equal, NULL, g_free);
  take->days = g_hash_table_new (NULL, NULL);
  take->letters = g_array_new (FALSE, FALSE, sizeof (LanMessageId));
  take->held = g_array_new (FALSE, FALSE, sizeof (LanMessageId));
  return take;
}

void
lan_bundle_take_free (LanBundleTake *take)
{
  if (take == NULL)
    return;
  g_hash_table_unref (take->tags);
  g_hash_table_unref (take->days);
  g_array_unref (take->letters);
  g_array_unref (take->held);
  g_free (take);
}

const LanBundleCounts *
lan_bundle_take_get (const LanBundleTake *take)
{
  return &take->counts;
}

/* ---- whose it is ---- */

static void
add_tag (LanBundleTake *take, const LanCorePerson *person, guint32 day, const LanDeviceId *device,
         gboolean own)
{
  Tag *tag = g_new0 (Tag, 1);
  LanCarryTag made;

  lan_carry_tag (&made, lan_carry_secret_of (person), day, device);
  memcpy (tag->tag, made.tag, sizeof tag->tag);
  tag->account = person->row.account;
  tag->device = *device;
  tag->own = own;
  g_hash_table_replace (take->tags, tag->tag, tag);
}

/* Also of those whose letters are refused: they are not to be held as somebody else's. */
static void
add_tags_of_day (LanCore *core, LanBundleTake *take, guint32 day)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, core->persons);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const LanCorePerson *person = value;

    if (lan_core_is_me (core, person) || lan_carry_secret_of (person) == NULL)
      continue;
    add_tag (take, person, day, &core->self_device, FALSE);
    for (guint i = 0; i < person->devices->len; i++)
      add_tag (take, person, day,
               &((LanCoreDevice *) g_ptr_array_index (person->devices, i))->row.device, TRUE);
  }
}

static gint64
age_of (const LanCore *core, guint32 day)
{
  return core->now.wall_ms / LAN_CARRY_DAY_MS - (gint64) day;
}

static const Tag *
find_tag (LanCore *core, LanBundleTake *take, guint32 day, const guint8 *tag)
{
  if (!g_hash_table_contains (take->days, GUINT_TO_POINTER (day)) &&
      g_hash_table_size (take->days) < DAYS_MAX) {
    g_hash_table_add (take->days, GUINT_TO_POINTER (day));
    add_tags_of_day (core, take, day);
  }
  return g_hash_table_lookup (take->tags, tag);
}

static gboolean
may_write (const LanCorePerson *person)
{
  return person != NULL && lan_core_is_accepted (person) && !lan_core_is_blocked (person) &&
         person->row.trust != LAN_TRUST_REVOKED && lan_carry_secret_of (person) != NULL;
}

/* ---- letters ---- */

static void
note_letter (LanCarry *carry, const LanMessageId *id, guint what)
{
  g_hash_table_replace (carry->bundled, g_memdup2 (id, sizeof *id), GUINT_TO_POINTER (what));
}

static void
take_ours (LanCore *core, LanBundleTake *take, const LanBundleEntry *entry, const LanMessageId *id,
           const Tag *tag)
{
  static const LanAccountId nobody;
  g_autoptr (GBytes) envelope = NULL;

  if (tag->own) {
    take->counts.own++;
    return;
  }
  if (!may_write (lan_core_find_person (core, &tag->account))) {
    take->counts.stranger++;
    return;
  }
  if (g_hash_table_contains (core->carry->done_set, id) ||
      g_hash_table_contains (core->carry->bundled, id)) {
    take->counts.known++;
    return;
  }
  envelope = g_bytes_new (entry->body, entry->len);
  note_letter (core->carry, id, OPEN);
  g_array_append_vals (take->letters, id, 1);
  if (!lan_mail_take_carried (core, envelope, id, &tag->account, &nobody)) {
    core->carry->counters.refused++;
    note_letter (core->carry, id, REFUSED);
  }
}

void
lan_bundle_letter_done (LanCore *core, const LanMessageId *id, gboolean dropped, gboolean fresh)
{
  if (g_hash_table_contains (core->carry->bundled, id))
    note_letter (core->carry, id, dropped ? REFUSED : fresh ? FRESH : KNOWN);
}

static void
take_others (LanCore *core, LanBundleTake *take, const LanBundleEntry *entry,
             const LanMessageId *id)
{
  gint64 arrival_ms = MIN (core->now.wall_ms, (gint64) entry->day * LAN_CARRY_DAY_MS);

  if (!core->carry->on) {
    take->counts.left++;
  } else if (age_of (core, entry->day) * LAN_CARRY_DAY_MS > LAN_CARRY_LIFE_MS) {
    take->counts.old++;
  } else if (lan_carry_hold (core, &core->self, entry, arrival_ms)) {
    g_array_append_vals (take->held, id, 1);
  } else {
    core->carry->counters.over_limit++;
    take->counts.no_room++;
  }
}

/* ---- words ---- */

/* A file may be old: a key that was succeeded does not come back. */
static gboolean
is_newer (LanCore *core, const LanBundleWord *word)
{
  const LanCarryKey *known = g_hash_table_lookup (core->carry->keys, &word->device);
  LanPrekey prekey;

  return lan_prekey_decode (&prekey, word->prekey, sizeof word->prekey) == LAN_STATUS_OK &&
         (known == NULL || prekey.made_s > known->prekey.made_s);
}

static void
hear (LanCore *core, LanCorePerson *person, const LanBundleWord *word)
{
  LanCoreTalk *talk = person->talk;

  if (word->has_prekey && is_newer (core, word))
    lan_carry_take_key (core, person, &word->device, word->prekey, sizeof word->prekey);
  for (guint i = 0; talk != NULL && i < word->n; i++) {
    const LanBundleHave *have = &word->have[i];

    if (have->seq > 0 && have->seq <= talk->own->committed.seq &&
        lan_device_id_equal (&have->author, &talk->own->device))
      lan_core_confirm (core, talk, &word->device, have->seq, &have->hash);
  }
}

static void
take_word (LanCore *core, LanBundleTake *take, const LanBundleEntry *entry, const Tag *tag)
{
  LanCorePerson *person = lan_core_find_person (core, &tag->account);
  const LanCoreDevice *device;
  LanBundleWord word;

  if (tag->own)
    return;
  if (!may_write (person)) {
    take->counts.stranger++;
    return;
  }
  if (lan_bundle_word_open (&word, lan_carry_secret_of (person), entry->tag, &tag->device,
                            entry->body, entry->len) != LAN_STATUS_OK) {
    take->counts.unreadable++;
    return;
  }
  device = lan_core_person_device (person, &word.device);
  if (device == NULL || !lan_mail_is_usable (device))
    return;
  take->counts.words++;
  hear (core, person, &word);
}

/* ---- doors ---- */

void
lan_core_bundle_take (LanCore *core, LanBundleTake *take, const LanBundleEntry *entry,
                      const LanTime *now)
{
  const Tag *tag;
  LanMessageId id;
  gint64 age;

  core->now = *now;
  age = age_of (core, entry->day);
  if (age > LAN_BUNDLE_DAYS_BACK || age < -LAN_CARRY_DAYS_AHEAD) {
    take->counts.old += entry->type == LAN_BUNDLE_LETTER;
    return;
  }
  tag = find_tag (core, take, entry->day, entry->tag);
  if (entry->type == LAN_BUNDLE_WORD) {
    if (tag != NULL)
      take_word (core, take, entry, tag);
  } else {
    lan_carry_id (&id, entry->body, entry->len);
    if (tag != NULL)
      take_ours (core, take, entry, &id, tag);
    else
      take_others (core, take, entry, &id);
  }
  lan_core_hurry (core);
  lan_core_settle (core);
}

/* Records of letter @id that are not on disk yet, and the letter itself. */
static guint
rest_of (LanCore *core, const LanMessageId *id)
{
  guint rest = 1;

  for (guint i = 0; i < core->mail->incoming->len; i++) {
    const LanMailIncoming *incoming = g_ptr_array_index (core->mail->incoming, i);

    if (!incoming->carried || !lan_message_id_equal (&incoming->letter, id))
      continue;
    for (guint k = 0; k < incoming->records->len; k++)
      rest += g_ptr_array_index (incoming->records, k) != NULL;
  }
  return rest;
}

guint
lan_core_bundle_open (LanCore *core, const LanBundleTake *take)
{
  guint open = 0;

  for (guint i = 0; i < take->letters->len; i++) {
    const LanMessageId *id = &g_array_index (take->letters, LanMessageId, i);

    if (GPOINTER_TO_UINT (g_hash_table_lookup (core->carry->bundled, id)) == OPEN)
      open += rest_of (core, id);
  }
  for (guint i = 0; i < take->held->len; i++) {
    const LanHeld *held =
        g_hash_table_lookup (core->carry->held_set, &g_array_index (take->held, LanMessageId, i));

    open += held != NULL && !held->kept;
  }
  return open;
}

void
lan_core_bundle_settle (LanCore *core, LanBundleTake *take)
{
  LanBundleCounts *counts = &take->counts;

  for (guint i = 0; i < take->letters->len; i++) {
    const LanMessageId *id = &g_array_index (take->letters, LanMessageId, i);
    guint what = GPOINTER_TO_UINT (g_hash_table_lookup (core->carry->bundled, id));

    counts->fresh += what == FRESH;
    counts->known += what == KNOWN;
    counts->unreadable += what == REFUSED;
    counts->waiting += what == OPEN;
    g_hash_table_remove (core->carry->bundled, id);
  }
  for (guint i = 0; i < take->held->len; i++) {
    const LanHeld *held =
        g_hash_table_lookup (core->carry->held_set, &g_array_index (take->held, LanMessageId, i));

    /* Gone: its reader was at hand and has it already. */
    counts->kept += held == NULL ? 0 : held->kept;
    counts->no_room += held != NULL && !held->kept;
  }
  g_array_set_size (take->letters, 0);
  g_array_set_size (take->held, 0);
}
