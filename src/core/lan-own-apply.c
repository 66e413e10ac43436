/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Operations of this account's other devices, carried out: what was decided there holds here, where
 * nothing later was decided. Part of the batch that keeps the operation.
 */
#include "lan-core-private.h"

#include "lan-text.h"

#include <string.h>

void
lan_core_apply_read (LanCore *core, LanCoreTalk *talk, guint64 hlc)
{
  LanCoreAction *event;

  if (hlc <= talk->row.own_read_hlc)
    return;
  talk->row.own_read_hlc = hlc;
  talk->receipt_due = FALSE; /* it was told there */
  lan_deadlines_cancel (core->deadlines, talk, LAN_DUE_RECEIPT);
  lan_core_touch_talk (core, talk);
  event = lan_core_action_new (LAN_CORE_CONVERSATION);
  event->account = talk->peer->row.account;
  event->conversation.id = talk->row.conversation;
  g_ptr_array_add (lan_core_batch (core)->events, event);
}

static void
apply_contact (LanCore *core, LanCorePerson *person, guint64 number)
{
  guint64 trust = number >> 8;

  if ((number & 1) != 0 && !lan_core_is_accepted (person))
    lan_core_make_accepted (core, person);
  if ((number & 1) == 0)
    person->row.flags &= ~(guint32) LAN_PERSON_ACCEPTED;
  person->row.flags &= ~(guint32) LAN_PERSON_REMOVED;
  if ((number & 2) != 0)
    person->row.flags |= LAN_PERSON_REMOVED;
  if (trust > LAN_TRUST_CLAIMED && trust <= LAN_TRUST_VERIFIED &&
      person->row.trust != LAN_TRUST_REVOKED)
    person->row.trust = (LanTrust) trust;
}

static void
set_flag (LanCorePerson *person, guint32 flag, gboolean on)
{
  person->row.flags = on ? person->row.flags | flag : person->row.flags & ~flag;
}

static void
apply_merge (LanCore *core, LanCorePerson *person, const ProtobufCBinaryData *data)
{
  LanAccountId into = { { 0 } };

  if (data->len == sizeof into.b) {
    memcpy (into.b, data->data, sizeof into.b);
    if (lan_account_id_equal (&into, &core->self) ||
        lan_core_resolve (core, &into) == person) /* no circles */
      return;
  }
  person->row.merged_into = into;
  lan_core_want (core, person);
  lan_core_find_repeats (core);
}

static void
apply_field (LanCore *core, LanCorePerson *person, const Lanyard__PersonField *field)
{
  g_autofree char *text = NULL;

  switch ((LanPersonFieldType) field->field) {
  case LAN_FIELD_CONTACT:
    apply_contact (core, person, field->number);
    break;
  case LAN_FIELD_BLOCKED:
    lan_core_set_blocked (core, person, field->number != 0);
    break;
  case LAN_FIELD_FAVOURITE:
    set_flag (person, LAN_PERSON_FAVOURITE, field->number != 0);
    break;
  case LAN_FIELD_MUTED:
    set_flag (person, LAN_PERSON_MUTED, field->number != 0);
    break;
  case LAN_FIELD_KEEP:
    person->row.flags = (person->row.flags & ~LAN_KEEP_MASK) |
                        (guint32) (field->number < LAN_KEEP_N ? field->number : 0)
                            << LAN_KEEP_SHIFT;
    break;
  case LAN_FIELD_NOTE:
    g_clear_pointer (&person->row.note, g_free);
    if (field->data.len == 0)
      break;
    text = g_utf8_make_valid ((const char *) field->data.data, (gssize) field->data.len);
    person->row.note = lan_text_clean_block (text, -1, LAN_PERSON_FIELD_MAX_BYTES);
    break;
  case LAN_FIELD_MERGED:
    apply_merge (core, person, &field->data);
    break;
  case LAN_FIELD_SECRET:
    if (field->data.len != 32)
      break;
    g_clear_pointer (&person->row.contact_secret, g_bytes_unref);
    person->row.contact_secret = g_bytes_new (field->data.data, field->data.len);
    break;
  case LAN_FIELD_N:
  default:
    break;
  }
}

/* TRUE when something about the person's devices was new. */
static gboolean
apply_devices (LanCore *core, LanCorePerson *person, const Lanyard__PersonOp *op)
{
  guint before = person->devices->len;
  LanDeviceList list;
  gsize len = 0;
  const guint8 *data;

  if (op->list.len > 0 &&
      lan_device_list_verify (&list, op->list.data, op->list.len) == LAN_STATUS_OK &&
      lan_account_id_equal (&list.account, &person->row.account)) {
    g_autoptr (GBytes) bytes = g_bytes_new (op->list.data, op->list.len);

    if (!lan_core_take_list (core, person, bytes, &list))
      return FALSE;
  }
  if (person->row.list == NULL)
    return FALSE;
  data = g_bytes_get_data (person->row.list, &len);
  if (lan_device_list_decode (&list, data, len) != LAN_STATUS_OK)
    return FALSE;
  lan_core_take_certs (core, person, &list, op->n_certs, op->certs);
  lan_core_drop_revoked (core, person, NULL);
  lan_core_note_devices (person);
  if (!person->told && person->devices->len > 0) {
    const LanCoreDevice *newest = g_ptr_array_index (person->devices, person->devices->len - 1);

    lan_core_set_name (person, newest->cert.name);
    person->told = TRUE;
  }
  return person->devices->len > before;
}

static void
apply_person (LanCore *core, const Lanyard__PersonOp *op, guint64 hlc)
{
  LanCorePerson *person;
  LanAccountId account;
  LanConversationId id;
  gboolean fresh;

  memcpy (account.b, op->account.data, sizeof account.b);
  if (lan_account_id_equal (&account, &core->self))
    return;
  person = lan_core_add_person (core, &account);
  lan_core_keep_person (core, person);
  lan_core_touch_person (core, person);
  fresh = apply_devices (core, person, op);
  for (gsize i = 0; i < op->n_fields; i++) {
    const Lanyard__PersonField *field = op->fields[i];
    guint64 at = field->at != 0 ? MIN (field->at, hlc) : hlc;

    if (field->field == 0 || field->field >= LAN_FIELD_N || at <= person->shared.at[field->field])
      continue;
    apply_field (core, person, field);
    person->shared.at[field->field] = at;
    lan_core_note_field (person, (LanPersonFieldType) field->field);
  }
  lan_core_keep_stamps (core, person);
  lan_core_tell_person (core, LAN_CORE_PERSON, person);
  lan_core_want (core, person);
  lan_conversation_id_of_pair (&id, &core->self, &account);
  for (guint i = 0; fresh && i < core->me->channels->len; i++) {
    LanCoreChannel *channel = g_ptr_array_index (core->me->channels, i);

    /* What was said with them could not be taken before they were known. */
    if (channel->best)
      lan_core_send_vector_of (core, channel, &id, person->talk, NULL, TRUE);
  }
}

void
lan_core_apply_op (LanCore *core, const Lanyard__OwnOp *op, guint64 hlc)
{
  LanConversationId id;
  LanDeviceId device;
  LanCoreTalk *talk;

  switch (op->op_case) {
  case LANYARD__OWN_OP__OP_PERSON:
    apply_person (core, op->person, hlc);
    break;
  case LANYARD__OWN_OP__OP_READ:
    memcpy (id.b, op->read->conversation.data, sizeof id.b);
    talk = lan_core_talk_by_id (core, &id);
    if (talk != NULL && !lan_core_is_me (core, talk->peer))
      lan_core_apply_read (core, talk, op->read->hlc);
    break;
  case LANYARD__OWN_OP__OP_DEVICE: {
    g_autofree char *name = lan_text_clean_line (op->device->name, -1, LAN_DEVICE_NAME_MAX_BYTES);

    memcpy (device.b, op->device->device.data, sizeof device.b);
    lan_core_note_name (core, &device, name);
    break;
  }
  case LANYARD__OWN_OP__OP_SETTING:
    lan_core_apply_setting (core, op->setting, hlc);
    break;
  case LANYARD__OWN_OP__OP__NOT_SET:
  default:
    break;
  }
}
