/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-engine-people.h"

#include "lan-content.h"
#include "lan-engine-group.h"
#include "lan-engine-links.h"
#include "lan-engine-server.h"
#include "lan-engine-store.h"
#include "lan-group-address.h"

#define MERGES_MAX 16 /* steps from an old key to the present one */

typedef struct {
  LanAccountId account;
  guint signs; /* candidates and channels that show them */
  gboolean typing;
  gboolean online; /* as told */
  gint64 seen_ms;  /* when the last sign went */
} Person;

typedef struct {
  LanConversationId id;
  guint unread;
  guint64 read_hlc;   /* own_read_hlc that unread goes by */
  guint64 newest_hlc; /* of others' messages */
  gboolean told;
  guint32 flags; /* as told */
  gboolean dirty;
} Talk;

struct _LanEnginePeople {
  GHashTable *people; /* LanAccountId -> Person, owned; only those with something to say */
  GHashTable *dirty;  /* LanAccountId, owned */
  GHashTable *talks;  /* LanConversationId -> Talk, owned */
  GPtrArray *dirty_talks;
};

LanEnginePeople *
lan_engine_people_new (LanEngine *engine)
{
  LanEnginePeople *self = g_new0 (LanEnginePeople, 1);

  self->people = g_hash_table_new_full (lan_account_id_hash, lan_account_id_equal, NULL, g_free);
  self->dirty = g_hash_table_new_full (lan_account_id_hash, lan_account_id_equal, g_free, NULL);
  self->talks =
      g_hash_table_new_full (lan_conversation_id_hash, lan_conversation_id_equal, NULL, g_free);
  self->dirty_talks = g_ptr_array_new ();
  return self;
}

void
lan_engine_people_free (LanEnginePeople *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->dirty_talks);
  g_hash_table_unref (self->talks);
  g_hash_table_unref (self->dirty);
  g_hash_table_unref (self->people);
  g_free (self);
}

void
lan_engine_people_mark (LanEngine *engine, const LanAccountId *account)
{
  LanEnginePeople *self = engine->people;

  if (!g_hash_table_contains (self->dirty, account))
    g_hash_table_add (self->dirty, g_memdup2 (account, sizeof *account));
  lan_engine_touch (engine);
}

void
lan_engine_people_mark_all (LanEngine *engine)
{
  g_autoptr (GPtrArray) all = lan_core_list_people (engine->core);

  for (guint i = 0; i < all->len; i++)
    lan_engine_people_mark (engine, &((const LanPersonRow *) g_ptr_array_index (all, i))->account);
}

static Person *
person_of (LanEngine *engine, const LanAccountId *account)
{
  Person *person = g_hash_table_lookup (engine->people->people, account);

  if (person == NULL) {
    person = g_new0 (Person, 1);
    person->account = *account;
    g_hash_table_insert (engine->people->people, &person->account, person);
  }
  return person;
}

void
lan_engine_people_set_typing (LanEngine *engine, const LanAccountId *account, gboolean typing)
{
  person_of (engine, account)->typing = typing;
  lan_engine_people_mark (engine, account);
}

void
lan_engine_people_add_sign (LanEngine *engine, const LanAccountId *account)
{
  if (person_of (engine, account)->signs++ == 0)
    lan_engine_people_mark (engine, account);
}

void
lan_engine_people_drop_sign (LanEngine *engine, const LanAccountId *account)
{
  Person *person = person_of (engine, account);

  g_return_if_fail (person->signs > 0);
  if (--person->signs == 0) {
    person->typing = FALSE;
    person->seen_ms = engine->now.wall_ms;
    lan_engine_people_mark (engine, account);
  }
}

void
lan_engine_people_forget (LanEngine *engine, const LanAccountId *account)
{
  LanEvent *event = lan_event_new (LAN_EVENT_PERSON_REMOVED);

  event->account = *account;
  g_hash_table_remove (engine->people->dirty, account);
  g_hash_table_remove (engine->people->people, account);
  lan_engine_tell (engine, event);
}

void
lan_engine_people_resolve (LanEngine *engine, const LanAccountId *account, LanAccountId *out)
{
  LanAccountId now = *account;

  for (guint i = 0; i < MERGES_MAX; i++) {
    const LanPersonRow *row = lan_core_get_person (engine->core, &now);

    if (row == NULL || lan_account_id_is_zero (&row->merged_into))
      break;
    now = row->merged_into;
  }
  *out = now;
}

void
lan_engine_people_peer_of (LanEngine *engine, const LanConversationRow *row, LanAccountId *out)
{
  const LanConversationId id = row->conversation;

  if (row->kind == LAN_CONVERSATION_GROUP)
    lan_group_address (out, &id);
  else
    lan_engine_people_resolve (engine, &row->peer, out);
}

static LanPersonPresence
presence_of (LanPresence presence)
{
  switch (presence) {
  case LAN_PRESENCE_AVAILABLE:
    return LAN_PERSON_PRESENCE_AVAILABLE;
  case LAN_PRESENCE_AWAY:
    return LAN_PERSON_PRESENCE_AWAY;
  case LAN_PRESENCE_BUSY:
    return LAN_PERSON_PRESENCE_BUSY;
  case LAN_PRESENCE_OFFLINE:
    break;
  }
  return LAN_PERSON_PRESENCE_OFFLINE;
}

static gboolean
is_request (LanEngine *engine, const LanAccountId *account)
{
  LanConversationId id;
  const LanConversationRow *row;

  lan_conversation_id_of_pair (&id, lan_vault_account_id (engine->vault), account);
  row = lan_core_get_conversation (engine->core, &id);
  return row != NULL && (row->flags & LAN_CONVERSATION_REQUEST) != 0;
}

static void
tell_person (LanEngine *engine, const LanAccountId *account)
{
  const LanPersonRow *row = lan_core_get_person (engine->core, account);
  Person *person = person_of (engine, account);
  LanPresence presence;
  const char *status = NULL;
  LanPersonInfo *info;
  LanEvent *event;

  if (row == NULL)
    return;
  event = lan_event_new (LAN_EVENT_PERSON);
  info = &event->person;
  info->account = *account;
  info->replaces = row->replaces;
  info->merged_into = row->merged_into;
  info->name = g_strdup (row->name);
  info->note = g_strdup (row->note);
  info->trust = row->trust;
  info->flags = row->flags;
  info->online = person->signs > 0;
  info->typing = person->typing && info->online;
  info->last_seen_ms = MAX (row->last_seen_ms, person->seen_ms);
  presence = lan_core_get_presence (engine->core, account, &status);
  if (info->online)
    info->presence =
        presence == LAN_PRESENCE_OFFLINE ? LAN_PERSON_PRESENCE_AVAILABLE : presence_of (presence);
  info->status_text = info->online ? g_strdup (status) : NULL;
  info->request = is_request (engine, account);
  lan_engine_links_describe (engine, account, &info->path, &info->rtt_us);
  lan_engine_server_describe (engine, account, info);
  lan_engine_tell (engine, event);
}

/* --- conversations --- */

static Talk *
talk_of (LanEngine *engine, const LanConversationId *id)
{
  Talk *talk = g_hash_table_lookup (engine->people->talks, id);

  if (talk == NULL) {
    talk = g_new0 (Talk, 1);
    talk->id = *id;
    g_hash_table_insert (engine->people->talks, &talk->id, talk);
  }
  return talk;
}

static void
mark_talk (LanEngine *engine, Talk *talk)
{
  if (!talk->dirty)
    g_ptr_array_add (engine->people->dirty_talks, talk);
  talk->dirty = TRUE;
  lan_engine_touch (engine);
}

void
lan_engine_people_on_conversation (LanEngine *engine, const LanConversationId *id)
{
  const LanConversationRow *row = lan_core_get_conversation (engine->core, id);
  Talk *talk = talk_of (engine, id);
  LanAccountId peer;

  if (row == NULL)
    return;
  lan_engine_people_peer_of (engine, row, &peer);
  if (talk->read_hlc != row->own_read_hlc) {
    talk->read_hlc = row->own_read_hlc;
    if (talk->read_hlc >= talk->newest_hlc)
      talk->unread = 0;
    else if (talk->unread > 0)
      lan_engine_store_count (engine->stores, id);
  }
  mark_talk (engine, talk);
  if (!lan_group_of_address (&peer, NULL))
    lan_engine_people_mark (engine, &peer); /* whether they wait for an answer */
}

void
lan_engine_people_on_message (LanEngine *engine, const LanRecordRow *row)
{
  Talk *talk = talk_of (engine, &row->conversation);

  if ((row->flags & LAN_RECORD_OWN) != 0 || row->kind == LAN_KIND_GROUP_OP)
    return;
  if ((row->flags & LAN_RECORD_REQUEST) != 0)
    lan_engine_people_mark (engine, &row->author); /* they wait for an answer now */
  talk->newest_hlc = MAX (talk->newest_hlc, row->hlc);
  if (row->hlc > talk->read_hlc) {
    talk->unread++;
    mark_talk (engine, talk);
  }
}

void
lan_engine_people_set_unread (LanEngine *engine, const LanConversationId *id, guint n)
{
  Talk *talk = talk_of (engine, id);

  if (talk->unread == n)
    return;
  talk->unread = n;
  mark_talk (engine, talk);
}

static void
tell_talk (LanEngine *engine, Talk *talk)
{
  const LanConversationRow *row = lan_core_get_conversation (engine->core, &talk->id);
  LanEvent *event;

  talk->dirty = FALSE;
  if (row == NULL)
    return;
  event = lan_event_new (LAN_EVENT_CONVERSATION);
  event->conversation.conversation = talk->id;
  event->conversation.held = (row->flags & LAN_CONVERSATION_HELD) != 0;
  event->conversation.request = (row->flags & LAN_CONVERSATION_REQUEST) != 0;
  event->conversation.unread = talk->unread;
  if (row->kind == LAN_CONVERSATION_GROUP)
    lan_engine_group_tell (engine, &talk->id);
  lan_engine_people_peer_of (engine, row, &event->conversation.peer);
  lan_engine_tell (engine, event);
}

static void
tell_preview (LanEngine *engine, const LanConversationPreview *preview)
{
  LanEvent *event;

  if (preview->last != NULL) {
    event = lan_event_new (LAN_EVENT_PREVIEW);
    if (lan_engine_message_info (engine, preview->last, &event->message))
      lan_engine_tell (engine, event);
    else
      lan_event_free (event);
  }
  if (preview->row.draft != NULL) {
    event = lan_event_new (LAN_EVENT_DRAFT);
    event->conversation.draft = g_strdup (preview->row.draft);
    lan_engine_people_peer_of (engine, &preview->row, &event->conversation.peer);
    lan_engine_tell (engine, event);
  }
}

void
lan_engine_people_load (LanEngine *engine, const LanSnapshot *snapshot)
{
  lan_engine_people_mark_all (engine);
  lan_engine_people_flush (engine);
  for (guint i = 0; i < snapshot->conversations->len; i++) {
    const LanConversationPreview *preview = g_ptr_array_index (snapshot->conversations, i);
    Talk *talk = talk_of (engine, &preview->row.conversation);

    talk->unread = preview->unread;
    talk->read_hlc = preview->row.own_read_hlc;
    if (preview->last != NULL)
      talk->newest_hlc = preview->last->hlc;
    tell_talk (engine, talk);
    tell_preview (engine, preview);
    if (preview->row.kind == LAN_CONVERSATION_GROUP && preview->unread > 0)
      lan_engine_store_count (engine->stores, &talk->id); /* without what was done to it */
  }
}

void
lan_engine_people_flush (LanEngine *engine)
{
  LanEnginePeople *self = engine->people;
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, self->dirty);
  while (g_hash_table_iter_next (&iter, &key, NULL)) {
    tell_person (engine, key);
    g_hash_table_iter_remove (&iter);
  }
  for (guint i = 0; i < self->dirty_talks->len; i++)
    tell_talk (engine, g_ptr_array_index (self->dirty_talks, i));
  g_ptr_array_set_size (self->dirty_talks, 0);
}
