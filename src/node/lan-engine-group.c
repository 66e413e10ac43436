/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-engine-group.h"

#include "lan-engine-files.h"
#include "lan-engine-people.h"
#include "lan-group-chat-private.h"
#include "lan-group.h"
#include "lan-record.h"
#include "lan-text.h"

#include <string.h>

/* --- what the owner is told --- */

static void
add_members (LanEngine *engine, const LanConversationId *id, LanGroupChatInfo *info)
{
  g_autoptr (GArray) members = lan_core_list_group_members (engine->core, id);

  info->members = lan_group_member_news_new ();
  for (guint i = 0; i < members->len; i++) {
    const LanGroupMemberInfo *member = &g_array_index (members, LanGroupMemberInfo, i);
    LanGroupMemberNews *news = g_new0 (LanGroupMemberNews, 1);

    news->account = member->account;
    news->role = (LanGroupChatRole) member->role;
    news->name =
        lan_text_clean_line (member->name != NULL ? member->name : "", -1, LAN_NAME_MAX_BYTES);
    news->forked = member->forked;
    news->typing = member->typing;
    news->delivered = member->delivered;
    news->read = member->read;
    g_ptr_array_add (info->members, news);
  }
}

void
lan_engine_group_tell (LanEngine *engine, const LanConversationId *id)
{
  LanGroupChatInfo *info;
  LanGroupInfo group;
  LanEvent *event;

  if (!lan_core_get_group (engine->core, id, &group) || !group.known)
    return;
  event = lan_event_new (LAN_EVENT_GROUP);
  info = &event->group;
  info->id = *id;
  info->name =
      lan_text_clean_line (group.name != NULL ? group.name : "", -1, LAN_GROUP_NAME_MAX_BYTES);
  info->topic =
      lan_text_clean_line (group.topic != NULL ? group.topic : "", -1, LAN_GROUP_TOPIC_MAX_BYTES);
  info->picture = group.picture != NULL ? g_bytes_ref (group.picture) : NULL;
  info->kind = (LanGroupChatKind) group.kind;
  info->role = (LanGroupChatRole) group.role;
  info->open_history = group.open_history;
  info->ended = group.ended;
  info->ends_ms = (gint64) MIN (group.ends_ms, (guint64) G_MAXINT64);
  info->invited = group.invited && group.role != LAN_GROUP_ROLE_NONE;
  info->muted = group.muted;
  info->keep_days = group.keep_days;
  info->inviter = group.inviter;
  info->forks = group.forks;
  add_members (engine, id, info);
  lan_engine_tell (engine, event);
  lan_engine_files_on_members (engine, id);
}

/* --- operations as rows --- */

static LanGroupEvent
event_of (const Lanyard__GroupOp *op)
{
  switch ((guint) op->type) {
  case LANYARD__GROUP_OP_TYPE__GROUP_CREATE:
    return LAN_GROUP_EVENT_CREATED;
  case LANYARD__GROUP_OP_TYPE__GROUP_ADD:
    return LAN_GROUP_EVENT_ADDED;
  case LANYARD__GROUP_OP_TYPE__GROUP_REMOVE:
    return LAN_GROUP_EVENT_REMOVED;
  case LANYARD__GROUP_OP_TYPE__GROUP_LEAVE:
    return LAN_GROUP_EVENT_LEFT;
  case LANYARD__GROUP_OP_TYPE__GROUP_ROLE:
    return LAN_GROUP_EVENT_ROLE;
  case LANYARD__GROUP_OP_TYPE__GROUP_RENAME:
    return LAN_GROUP_EVENT_RENAMED;
  case LANYARD__GROUP_OP_TYPE__GROUP_TOPIC:
    return LAN_GROUP_EVENT_TOPIC;
  case LANYARD__GROUP_OP_TYPE__GROUP_PICTURE:
    return LAN_GROUP_EVENT_PICTURE;
  case LANYARD__GROUP_OP_TYPE__GROUP_HISTORY:
    return op->open_history ? LAN_GROUP_EVENT_HISTORY_OPENED : LAN_GROUP_EVENT_HISTORY_CLOSED;
  case LANYARD__GROUP_OP_TYPE__GROUP_KIND:
    return LAN_GROUP_EVENT_MADE_GROUP;
  case LANYARD__GROUP_OP_TYPE__GROUP_END:
    return LAN_GROUP_EVENT_ENDED;
  default:
    return LAN_GROUP_EVENT_NONE;
  }
}

void
lan_engine_group_describe (const LanRecordRow *row, LanMessageInfo *info)
{
  g_autoptr (LanContent) content = NULL;
  const Lanyard__GroupOp *op;
  LanRecordView view;

  if (row->blob == NULL ||
      lan_record_decode (g_bytes_get_data (row->blob, NULL), g_bytes_get_size (row->blob), &view) !=
          LAN_STATUS_OK ||
      view.kind != LAN_KIND_GROUP_OP ||
      lan_content_decode (view.kind, view.content, view.content_len, &content) != LAN_STATUS_OK)
    return;
  op = content->group_op;
  info->event = event_of (op);
  if (info->event == LAN_GROUP_EVENT_NONE)
    return;
  info->kind = LAN_MESSAGE_KIND_EVENT;
  info->event_people = g_array_new (FALSE, FALSE, sizeof (LanAccountId));
  for (gsize i = 0; i < op->n_people; i++)
    g_array_append_vals (info->event_people, op->people[i]->account.data, 1);
  if (op->n_people > 0)
    info->event_role = (LanGroupChatRole) MIN ((guint) op->people[0]->role, LAN_GROUP_ROLE_OWNER);
  if (op->text != NULL && *op->text != '\0') {
    g_free (info->text);
    info->text = lan_text_clean_line (op->text, -1, LAN_GROUP_TOPIC_MAX_BYTES);
  }
}

/* --- what the owner asks --- */

LanStatus
lan_engine_group_send_text (LanEngine *engine, const LanConversationId *id,
                            const LanMessageId *message, const char *text, const LanContent *beside)
{
  LanContent content = LANYARD__CONTENT__INIT;
  Lanyard__Text body = LANYARD__TEXT__INIT;

  if (beside != NULL) {
    content.quote = beside->quote;
    content.forwarded = beside->forwarded;
    content.mentions = beside->mentions;
    content.n_mentions = beside->n_mentions;
    content.urgent = beside->urgent;
  }
  body.text = (char *) text;
  content.body_case = LANYARD__CONTENT__BODY_TEXT;
  content.text = &body;
  return lan_core_group_send (engine->core, id, message, LAN_KIND_TEXT, &content, &engine->now);
}

static void
answer (LanEngine *engine, LanCommand *c, LanStatus status)
{
  GError *error = NULL;

  if (c->task == NULL)
    return;
  if (status == LAN_STATUS_STATE)
    error = g_error_new_literal (LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                                 "one's role in this group does not allow that, or the group has "
                                 "ended");
  else if (status == LAN_STATUS_MISMATCH)
    error = g_error_new_literal (LAN_NODE_ERROR, LAN_NODE_ERROR_NOT_FOUND,
                                 "there is nobody to whom that could be done");
  else if (status == LAN_STATUS_LIMIT)
    error = g_error_new (LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                         "a group has at most %d members, and there are at most so many groups",
                         LAN_GROUP_MAX_MEMBERS);
  else if (status != LAN_STATUS_OK)
    error = g_error_new_literal (LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                                 "this is too long, or not what it should be");
  lan_engine_reply (engine, g_steal_pointer (&c->task), error);
}

static const LanAccountId *
accounts_of (const LanCommand *c, guint *n)
{
  gsize len = 0;
  gconstpointer data = c->bytes != NULL ? g_bytes_get_data (c->bytes, &len) : NULL;

  *n = (guint) (len / sizeof (LanAccountId));
  return data;
}

static void
create (LanEngine *engine, LanCommand *c)
{
  LanConversationId id;
  LanEvent *event;
  guint n;
  const LanAccountId *accounts = accounts_of (c, &n);
  LanStatus status =
      lan_core_group_create (engine->core, (LanGroupKind) c->group_kind, c->name, accounts, n,
                             c->open, (guint64) c->number, &id, &engine->now);

  if (status != LAN_STATUS_OK) {
    answer (engine, c, status);
    return;
  }
  lan_engine_people_on_conversation (engine, &id);
  lan_engine_group_tell (engine, &id);
  event = lan_event_new (LAN_EVENT_REPLY);
  event->task = g_steal_pointer (&c->task);
  event->text = lan_conversation_id_to_hex (&id);
  lan_engine_tell (engine, event);
}

void
lan_engine_group_execute (LanEngine *engine, LanCommand *c)
{
  LanCore *core = engine->core;
  const LanTime *now = &engine->now;
  LanStatus status = LAN_STATUS_MALFORMED;
  const LanAccountId *accounts;
  guint n;

  switch ((LanGroupCall) c->kind) {
  case LAN_GROUP_CALL_CREATE:
    create (engine, c);
    return;
  case LAN_GROUP_CALL_ADD:
    accounts = accounts_of (c, &n);
    status = lan_core_group_add (core, &c->conversation, accounts, n, now);
    break;
  case LAN_GROUP_CALL_REMOVE:
    status = lan_core_group_remove (core, &c->conversation, &c->other, now);
    break;
  case LAN_GROUP_CALL_LEAVE:
    status = lan_core_group_leave (core, &c->conversation, now);
    break;
  case LAN_GROUP_CALL_ROLE:
    status =
        lan_core_group_set_role (core, &c->conversation, &c->other, (LanGroupRole) c->number, now);
    break;
  case LAN_GROUP_CALL_RENAME:
    status = lan_core_group_rename (core, &c->conversation, c->text, now);
    break;
  case LAN_GROUP_CALL_TOPIC:
    status = lan_core_group_set_topic (core, &c->conversation, c->text, now);
    break;
  case LAN_GROUP_CALL_PICTURE:
    status = lan_core_group_set_picture (core, &c->conversation, c->bytes, now);
    break;
  case LAN_GROUP_CALL_HISTORY:
    status = lan_core_group_set_history (core, &c->conversation, c->number != 0, now);
    break;
  case LAN_GROUP_CALL_PROPER:
    status = lan_core_group_make_proper (core, &c->conversation, now);
    break;
  case LAN_GROUP_CALL_END:
    status = lan_core_group_end (core, &c->conversation, now);
    break;
  case LAN_GROUP_CALL_JOIN:
    status = lan_core_group_join (core, &c->conversation, now);
    break;
  }
  answer (engine, c, status);
}
