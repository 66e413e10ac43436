/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What was decided here, for the other devices of this account: operations in the log of their own
 * conversation. What is new about a person is seen by comparing with what was told before, when the
 * batch that keeps it is closed, so that both become durable together. Of each field the decision
 * with the greatest hlc holds everywhere.
 */
#include "lan-core-private.h"

#include <string.h>

#define PREFIX_AT     "core.at."
#define PREFIX_DEVICE "core.device."
#define CONTACT_FLAGS (LAN_PERSON_ACCEPTED | LAN_PERSON_REMOVED)

void
lan_core_clear_shared (LanShared *shared)
{
  g_clear_pointer (&shared->note, g_free);
  g_clear_pointer (&shared->secret, g_bytes_unref);
  g_clear_pointer (&shared->list, g_bytes_unref);
}

static gboolean
same_bytes (GBytes *a, GBytes *b)
{
  return a == b || (a != NULL && b != NULL && g_bytes_equal (a, b));
}

static GBytes *
ref_bytes (GBytes *bytes)
{
  return bytes != NULL ? g_bytes_ref (bytes) : NULL;
}

static guint
count_certs (const LanCorePerson *person)
{
  guint n = 0;

  for (guint i = 0; i < person->devices->len; i++)
    n += ((LanCoreDevice *) g_ptr_array_index (person->devices, i))->row.cert != NULL;
  return n;
}

/* Trust that a device finds out by itself is not a decision. */
static LanTrust
decided (LanTrust trust)
{
  return trust == LAN_TRUST_CHANGED || trust == LAN_TRUST_REVOKED ? LAN_TRUST_CLAIMED : trust;
}

static gboolean
differs (const LanCorePerson *person, LanPersonFieldType field)
{
  const LanShared *told = &person->shared;
  const LanPersonRow *row = &person->row;

  switch (field) {
  case LAN_FIELD_CONTACT:
    return ((told->flags ^ row->flags) & CONTACT_FLAGS) != 0 ||
           decided (told->trust) != decided (row->trust);
  case LAN_FIELD_BLOCKED:
    return ((told->flags ^ row->flags) & LAN_PERSON_BLOCKED) != 0;
  case LAN_FIELD_FAVOURITE:
    return ((told->flags ^ row->flags) & LAN_PERSON_FAVOURITE) != 0;
  case LAN_FIELD_MUTED:
    return ((told->flags ^ row->flags) & LAN_PERSON_MUTED) != 0;
  case LAN_FIELD_KEEP:
    return ((told->flags ^ row->flags) & LAN_KEEP_MASK) != 0;
  case LAN_FIELD_NOTE:
    return g_strcmp0 (told->note, row->note) != 0;
  case LAN_FIELD_MERGED:
    return !lan_account_id_equal (&told->merged_into, &row->merged_into);
  case LAN_FIELD_SECRET:
    return !same_bytes (told->secret, row->contact_secret);
  case LAN_FIELD_N:
  default:
    return FALSE;
  }
}

void
lan_core_note_field (LanCorePerson *person, LanPersonFieldType field)
{
  static const guint32 bits[LAN_FIELD_N] = {
    [LAN_FIELD_CONTACT] = CONTACT_FLAGS,
    [LAN_FIELD_BLOCKED] = LAN_PERSON_BLOCKED,
    [LAN_FIELD_FAVOURITE] = LAN_PERSON_FAVOURITE,
    [LAN_FIELD_MUTED] = LAN_PERSON_MUTED,
    [LAN_FIELD_KEEP] = LAN_KEEP_MASK,
  };
  LanShared *told = &person->shared;

  told->flags = (told->flags & ~bits[field]) | (person->row.flags & bits[field]);
  if (field == LAN_FIELD_CONTACT)
    told->trust = person->row.trust;
  if (field == LAN_FIELD_NOTE) {
    g_free (told->note);
    told->note = g_strdup (person->row.note);
  }
  if (field == LAN_FIELD_MERGED)
    told->merged_into = person->row.merged_into;
  if (field == LAN_FIELD_SECRET) {
    g_clear_pointer (&told->secret, g_bytes_unref);
    told->secret = ref_bytes (person->row.contact_secret);
  }
}

void
lan_core_note_devices (LanCorePerson *person)
{
  g_clear_pointer (&person->shared.list, g_bytes_unref);
  person->shared.list = ref_bytes (person->row.list);
  person->shared.certs = count_certs (person);
}

void
lan_core_note_shared (LanCorePerson *person)
{
  for (guint field = LAN_FIELD_CONTACT; field < LAN_FIELD_N; field++)
    lan_core_note_field (person, (LanPersonFieldType) field);
  lan_core_note_devices (person);
}

/* --- keeping when it was decided --- */

static void
put (LanCore *core, const char *prefix, const char *name, GBytes *value)
{
  LanChange *change = lan_changes_add (lan_core_batch (core)->changes, LAN_CHANGE_SETTING);

  change->setting.key = g_strconcat (prefix, name, NULL);
  change->setting.value = value;
}

void
lan_core_keep_stamps (LanCore *core, const LanCorePerson *person)
{
  g_autofree char *hex = lan_account_id_to_hex (&person->row.account);
  guint64 stamps[LAN_FIELD_N];

  for (guint i = 0; i < LAN_FIELD_N; i++)
    stamps[i] = GUINT64_TO_LE (person->shared.at[i]);
  put (core, PREFIX_AT, hex, g_bytes_new (stamps, sizeof stamps));
}

void
lan_core_load_stamps (LanCore *core, const char *key, GBytes *value)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (value, &len);

  if (g_str_has_prefix (key, PREFIX_AT)) {
    LanAccountId account;
    LanCorePerson *person = lan_account_id_from_hex (&account, key + strlen (PREFIX_AT))
                                ? lan_core_find_person (core, &account)
                                : NULL;

    for (guint i = 0; person != NULL && i < LAN_FIELD_N && (i + 1) * 8 <= len; i++) {
      guint64 at;

      memcpy (&at, data + i * 8, sizeof at);
      person->shared.at[i] = GUINT64_FROM_LE (at);
    }
  } else if (g_str_has_prefix (key, PREFIX_DEVICE)) {
    LanDeviceId device;

    if (lan_device_id_from_hex (&device, key + strlen (PREFIX_DEVICE)))
      g_hash_table_replace (core->device_names, g_memdup2 (&device, sizeof device),
                            g_strndup ((const char *) data, len));
  }
}

/* --- writing operations --- */

void
lan_core_write_own_op (LanCore *core, Lanyard__OwnOp *op)
{
  LanContent content = LANYARD__CONTENT__INIT;
  LanMessageId id;

  if (core->me->talk == NULL)
    lan_core_touch_person (core, core->me);
  content.body_case = LANYARD__CONTENT__BODY_OWN_OP;
  content.own_op = op;
  lan_random_bytes (core->random, &id, sizeof id);
  lan_core_write (core, lan_core_get_talk (core, core->me), &id, LAN_KIND_OWN_OP, &content, 0);
}

static void
fill_field (const LanCorePerson *person, LanPersonFieldType type, Lanyard__PersonField *field)
{
  const LanPersonRow *row = &person->row;
  gsize len;

  field->field = type;
  switch (type) {
  case LAN_FIELD_CONTACT:
    field->number = ((row->flags & LAN_PERSON_ACCEPTED) != 0 ? 1u : 0u) |
                    ((row->flags & LAN_PERSON_REMOVED) != 0 ? 2u : 0u) |
                    (guint64) decided (row->trust) << 8;
    break;
  case LAN_FIELD_BLOCKED:
    field->number = (row->flags & LAN_PERSON_BLOCKED) != 0;
    break;
  case LAN_FIELD_FAVOURITE:
    field->number = (row->flags & LAN_PERSON_FAVOURITE) != 0;
    break;
  case LAN_FIELD_MUTED:
    field->number = (row->flags & LAN_PERSON_MUTED) != 0;
    break;
  case LAN_FIELD_KEEP:
    field->number = (row->flags & LAN_KEEP_MASK) >> LAN_KEEP_SHIFT;
    break;
  case LAN_FIELD_NOTE:
    if (row->note != NULL)
      field->data = (ProtobufCBinaryData){ MIN (strlen (row->note), LAN_PERSON_FIELD_MAX_BYTES),
                                           (guint8 *) row->note };
    break;
  case LAN_FIELD_MERGED:
    if (!lan_account_id_is_zero (&row->merged_into))
      field->data =
          (ProtobufCBinaryData){ sizeof row->merged_into.b, (guint8 *) row->merged_into.b };
    break;
  case LAN_FIELD_SECRET:
    if (row->contact_secret != NULL) {
      field->data.data = (guint8 *) g_bytes_get_data (row->contact_secret, &len);
      field->data.len = len;
    }
    break;
  case LAN_FIELD_N:
  default:
    break;
  }
}

static guint
fill_certs (const LanCorePerson *person, ProtobufCBinaryData *certs)
{
  guint n = 0;

  for (guint i = 0; i < person->devices->len && n < LAN_CERTS_MAX_COUNT; i++) {
    const LanCoreDevice *device = g_ptr_array_index (person->devices, i);
    gsize len;

    if (device->row.cert == NULL)
      continue;
    certs[n].data = (guint8 *) g_bytes_get_data (device->row.cert, &len);
    certs[n++].len = len;
  }
  return n;
}

/* @everything: to somebody who knows nothing yet; else only what is new. */
static void
write_person (LanCore *core, LanCorePerson *person, gboolean everything)
{
  Lanyard__OwnOp own = LANYARD__OWN_OP__INIT;
  Lanyard__PersonOp op = LANYARD__PERSON_OP__INIT;
  Lanyard__PersonField fields[LAN_FIELD_N], *pointers[LAN_FIELD_N];
  ProtobufCBinaryData certs[LAN_CERTS_MAX_COUNT];
  gboolean devices = everything || !same_bytes (person->shared.list, person->row.list) ||
                     person->shared.certs != count_certs (person);
  gsize len;

  for (guint i = LAN_FIELD_CONTACT; i < LAN_FIELD_N; i++) {
    gboolean fresh = differs (person, (LanPersonFieldType) i);
    Lanyard__PersonField *field = &fields[op.n_fields];

    if (!fresh && !everything)
      continue;
    lanyard__person_field__init (field);
    fill_field (person, (LanPersonFieldType) i, field);
    field->at = fresh ? 0 : person->shared.at[i];
    pointers[op.n_fields++] = field;
  }
  if (op.n_fields == 0 && !devices)
    return;
  op.account = (ProtobufCBinaryData){ sizeof person->row.account.b, person->row.account.b };
  op.fields = pointers;
  if (devices && person->row.list != NULL) {
    op.list.data = (guint8 *) g_bytes_get_data (person->row.list, &len);
    op.list.len = len;
    op.certs = certs;
    op.n_certs = fill_certs (person, certs);
  }
  own.op_case = LANYARD__OWN_OP__OP_PERSON;
  own.person = &op;
  lan_core_write_own_op (core, &own);
  for (guint i = 0; i < op.n_fields; i++) {
    if (fields[i].at == 0)
      person->shared.at[fields[i].field] = core->me->talk->own->head.hlc;
  }
  lan_core_note_shared (person);
  lan_core_keep_stamps (core, person);
}

gboolean
lan_core_may_share (const LanCore *core)
{
  return core->n_siblings > 0 && !core->revoked && !core->forked &&
         (core->me->talk == NULL || !core->me->talk->restoring);
}

void
lan_core_share_person (LanCore *core, LanCorePerson *person)
{
  if (lan_core_is_me (core, person) || !core->shared || !person->kept)
    return;
  if (lan_core_may_share (core))
    write_person (core, person, FALSE);
  else if (core->n_siblings > 0)
    core->shared = FALSE; /* not now: all of it, later */
}

static void
write_read (LanCore *core, LanCoreTalk *talk)
{
  Lanyard__OwnOp own = LANYARD__OWN_OP__INIT;
  Lanyard__ReadOp op = LANYARD__READ_OP__INIT;

  op.conversation =
      (ProtobufCBinaryData){ sizeof talk->row.conversation.b, talk->row.conversation.b };
  op.hlc = talk->row.own_read_hlc;
  own.op_case = LANYARD__OWN_OP__OP_READ;
  own.read = &op;
  lan_core_write_own_op (core, &own);
}

void
lan_core_share_read (LanCore *core, LanCoreTalk *talk)
{
  if (core->shared && lan_core_may_share (core))
    write_read (core, talk);
}

static void
write_name (LanCore *core)
{
  char *name = g_hash_table_lookup (core->device_names, &core->self_device);
  Lanyard__OwnOp own = LANYARD__OWN_OP__INIT;
  Lanyard__DeviceOp op = LANYARD__DEVICE_OP__INIT;

  if (name == NULL)
    return;
  op.device = (ProtobufCBinaryData){ sizeof core->self_device.b, core->self_device.b };
  op.name = name;
  own.op_case = LANYARD__OWN_OP__OP_DEVICE;
  own.device = &op;
  lan_core_write_own_op (core, &own);
}

gboolean
lan_core_share_is_due (const LanCore *core)
{
  return !core->shared && lan_core_may_share (core);
}

void
lan_core_share_all (LanCore *core)
{
  g_autoptr (GList) people = g_hash_table_get_values (core->persons);
  g_autoptr (GList) talks = NULL;

  core->shared = TRUE;
  put (core, "core.", "shared", g_bytes_new_static ("1", 1));
  write_name (core);
  lan_core_share_settings (core);
  for (GList *l = people; l != NULL; l = l->next) {
    LanCorePerson *person = l->data;

    if (person->kept && !lan_core_is_me (core, person))
      write_person (core, person, TRUE);
  }
  talks = g_hash_table_get_values (core->talks);
  for (GList *l = talks; l != NULL; l = l->next) {
    LanCoreTalk *talk = l->data;

    if (talk->kept && talk->row.own_read_hlc > 0 && !lan_core_is_me (core, talk->peer))
      write_read (core, talk);
  }
}

void
lan_core_note_name (LanCore *core, const LanDeviceId *device, const char *name)
{
  g_autofree char *hex = lan_device_id_to_hex (device);

  if (g_strcmp0 (g_hash_table_lookup (core->device_names, device), name) == 0)
    return;
  g_hash_table_replace (core->device_names, g_memdup2 (device, sizeof *device), g_strdup (name));
  put (core, PREFIX_DEVICE, hex, g_bytes_new (name, strlen (name)));
  lan_core_push (core, lan_core_action_new (LAN_CORE_DEVICES));
}

void
lan_core_set_device_name (LanCore *core, const char *name, const LanTime *now)
{
  core->now = *now;
  if (g_strcmp0 (g_hash_table_lookup (core->device_names, &core->self_device), name) == 0)
    return;
  lan_core_note_name (core, &core->self_device, name);
  if (core->shared && lan_core_may_share (core))
    write_name (core);
  lan_core_settle (core);
}

void
lan_core_name_device (LanCore *core, const LanDeviceId *device, const char *name,
                      const LanTime *now)
{
  core->now = *now;
  lan_core_note_name (core, device, name);
  lan_core_settle (core);
}
