/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "sim-store.h"

#include "lan-carry.h"

#include "lan-group.h"

#include <string.h>

typedef struct {
  LanConversationId conversation;
  LanDeviceId device;
  guint64 seq;
} Place;

typedef struct {
  LanAccountId author;
  LanMessageId message;
} Name;

static guint
hash_bytes (const guint8 *bytes, gsize len)
{
  guint32 h = 2166136261u;

  for (gsize i = 0; i < len; i++)
    h = (h ^ bytes[i]) * 16777619u;
  return h;
}

static guint
place_hash (gconstpointer p)
{
  return hash_bytes (p, sizeof (Place));
}

static gboolean
place_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, sizeof (Place)) == 0;
}

static guint
name_hash (gconstpointer p)
{
  return hash_bytes (p, sizeof (Name));
}

static gboolean
name_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, sizeof (Name)) == 0;
}

static Place *
place_of (const LanRecordRow *row)
{
  Place *place = g_new0 (Place, 1);

  place->conversation = row->conversation;
  place->device = row->device;
  place->seq = row->seq;
  return place;
}

static Name *
name_of (const LanRecordRow *row)
{
  Name *name = g_new0 (Name, 1);

  name->author = row->author;
  name->message = row->message;
  return name;
}

#define DEFINE_FREE(Type, name)                                                                    \
  static void free_##name (gpointer row)                                                           \
  {                                                                                                \
    name##_clear (row);                                                                            \
    g_free (row);                                                                                  \
  }
DEFINE_FREE (LanPersonRow, lan_person_row)
DEFINE_FREE (LanDeviceRow, lan_device_row)
DEFINE_FREE (LanConversationRow, lan_conversation_row)
DEFINE_FREE (LanRecordRow, lan_record_row)
DEFINE_FREE (LanGroupItemRow, lan_group_item_row)
DEFINE_FREE (LanCarriedRow, lan_carried_row)

SimStore *
sim_store_new (void)
{
  SimStore *store = g_new0 (SimStore, 1);

  store->persons = g_ptr_array_new_with_free_func (free_lan_person_row);
  store->devices = g_ptr_array_new_with_free_func (free_lan_device_row);
  store->conversations = g_ptr_array_new_with_free_func (free_lan_conversation_row);
  store->records = g_ptr_array_new_with_free_func (free_lan_record_row);
  store->by_place = g_hash_table_new_full (place_hash, place_equal, g_free, NULL);
  store->by_message = g_hash_table_new_full (name_hash, name_equal, g_free, NULL);
  store->group_items = g_ptr_array_new_with_free_func (free_lan_group_item_row);
  store->carried = g_ptr_array_new_with_free_func (free_lan_carried_row);
  store->vectors = g_array_new (FALSE, FALSE, sizeof (LanVectorRow));
  store->settings =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  store->operations = lan_operations_new ();
  return store;
}

void
sim_store_free (SimStore *store)
{
  g_ptr_array_unref (store->persons);
  g_ptr_array_unref (store->devices);
  g_ptr_array_unref (store->conversations);
  g_hash_table_unref (store->by_place);
  g_hash_table_unref (store->by_message);
  g_ptr_array_unref (store->records);
  g_array_unref (store->vectors);
  g_ptr_array_unref (store->group_items);
  g_ptr_array_unref (store->carried);
  g_hash_table_unref (store->settings);
  g_ptr_array_unref (store->operations);
  g_free (store);
}

/* Rows of one key: replaced in place, or added. */
#define DEFINE_PUT(Type, name, key, equal)                                                         \
  static void put_##name (GPtrArray *rows, const Type *row)                                        \
  {                                                                                                \
    Type *copy = g_new0 (Type, 1);                                                                 \
    name##_copy (copy, row);                                                                       \
    for (guint i = 0; i < rows->len; i++) {                                                        \
      Type *known = g_ptr_array_index (rows, i);                                                   \
      if (!equal (&known->key, &row->key))                                                         \
        continue;                                                                                  \
      free_##name (known);                                                                         \
      rows->pdata[i] = copy;                                                                       \
      return;                                                                                      \
    }                                                                                              \
    g_ptr_array_add (rows, copy);                                                                  \
  }
DEFINE_PUT (LanPersonRow, lan_person_row, account, lan_account_id_equal)
DEFINE_PUT (LanDeviceRow, lan_device_row, device, lan_device_id_equal)
DEFINE_PUT (LanConversationRow, lan_conversation_row, conversation, lan_conversation_id_equal)

static void
put_vector (SimStore *store, const LanVectorRow *row)
{
  for (guint i = 0; i < store->vectors->len; i++) {
    LanVectorRow *known = &g_array_index (store->vectors, LanVectorRow, i);

    if (lan_conversation_id_equal (&known->conversation, &row->conversation) &&
        lan_device_id_equal (&known->holder, &row->holder) &&
        lan_device_id_equal (&known->author, &row->author)) {
      *known = *row;
      return;
    }
  }
  g_array_append_val (store->vectors, *row);
}

static void
put_record (SimStore *store, const LanRecordRow *row)
{
  LanRecordRow *copy = g_new0 (LanRecordRow, 1);

  lan_record_row_copy (copy, row);
  if ((copy->flags & LAN_RECORD_HIDDEN) == 0) {
    Name *name = name_of (copy);

    if (g_hash_table_contains (store->by_message, name)) {
      copy->flags |= LAN_RECORD_HIDDEN;
      g_free (name);
    } else {
      g_hash_table_insert (store->by_message, name, copy);
    }
  }
  g_ptr_array_add (store->records, copy);
  g_hash_table_insert (store->by_place, place_of (copy), copy);
}

static void
put_operation (SimStore *store, const LanOperationRow *row)
{
  LanOperationRow *copy = g_new0 (LanOperationRow, 1);

  lan_operation_row_copy (copy, row);
  g_ptr_array_add (store->operations, copy);
}

GPtrArray *
sim_store_operations (SimStore *store, const LanConversationId *conversation,
                      const LanAccountId *author, const LanMessageId *message)
{
  GPtrArray *found = g_ptr_array_new ();

  for (guint i = 0; i < store->operations->len; i++) {
    LanOperationRow *row = g_ptr_array_index (store->operations, i);

    if (lan_conversation_id_equal (&row->conversation, conversation) &&
        lan_account_id_equal (&row->author, author) && lan_message_id_equal (&row->target, message))
      g_ptr_array_add (found, row);
  }
  return found;
}

static void
set_flags (SimStore *store, const LanRecordRow *row)
{
  LanRecordRow *known = sim_store_find (store, &row->conversation, &row->device, row->seq);

  g_assert_nonnull (known);
  known->flags = row->flags;
  if ((row->flags & LAN_RECORD_HIDDEN) != 0) {
    g_autofree Name *name = name_of (known);

    if (g_hash_table_lookup (store->by_message, name) == known)
      g_hash_table_remove (store->by_message, name);
  }
}

static void
show (SimStore *store, LanRecordRow *row)
{
  Name *name = name_of (row);

  if ((row->flags & (LAN_RECORD_HIDDEN | LAN_RECORD_WITHDRAWN)) == 0) {
    if (!g_hash_table_contains (store->by_message, name)) {
      g_hash_table_insert (store->by_message, name, row);
      return;
    }
  } else if (g_hash_table_lookup (store->by_message, name) == row) {
    g_hash_table_remove (store->by_message, name);
  }
  g_free (name);
}

static void
put_opened (SimStore *store, const LanRecordRow *row)
{
  LanRecordRow *known = sim_store_find (store, &row->conversation, &row->device, row->seq);

  g_assert_nonnull (known);
  g_assert_cmpuint (known->kind, ==, LAN_KIND_SEALED);
  known->kind = row->kind;
  known->flags =
      (row->flags & ~(guint32) LAN_RECORD_WITHDRAWN) | (known->flags & LAN_RECORD_WITHDRAWN);
  g_free (known->text);
  known->text = g_strdup (row->text);
  known->opened = row->opened != NULL ? g_bytes_ref (row->opened) : NULL;
  show (store, known);
}

static void
put_shown (SimStore *store, const LanRangeRow *range)
{
  for (guint64 seq = range->from_seq; seq <= range->to_seq; seq++) {
    LanRecordRow *row = sim_store_find (store, &range->conversation, &range->device, seq);

    if (row == NULL)
      break;
    row->flags = range->on ? row->flags & ~(guint32) LAN_RECORD_WITHDRAWN
                           : row->flags | LAN_RECORD_WITHDRAWN;
    show (store, row);
  }
}

static void
put_carried (SimStore *store, const LanCarriedRow *item)
{
  LanCarriedRow *row;

  for (guint i = 0; i < store->carried->len; i++) {
    LanCarriedRow *known = g_ptr_array_index (store->carried, i);

    if (known->kind == item->kind && lan_message_id_equal (&known->id, &item->id)) {
      g_ptr_array_remove_index (store->carried, i);
      break;
    }
  }
  if (item->info == NULL)
    return;
  row = g_new0 (LanCarriedRow, 1);
  *row = *item;
  g_bytes_ref (row->info);
  if (row->envelope != NULL)
    g_bytes_ref (row->envelope);
  g_ptr_array_add (store->carried, row);
}

GBytes *
sim_store_letter (SimStore *store, const LanMessageId *id)
{
  for (guint i = 0; i < store->carried->len; i++) {
    const LanCarriedRow *row = g_ptr_array_index (store->carried, i);

    if (row->kind == LAN_CARRIED_HELD && lan_message_id_equal (&row->id, id))
      return row->envelope;
  }
  return NULL;
}

static void
put_group_item (SimStore *store, const LanGroupItemRow *item)
{
  LanGroupItemRow *row = g_new0 (LanGroupItemRow, 1);

  for (guint i = 0; i < store->group_items->len; i++) {
    LanGroupItemRow *known = g_ptr_array_index (store->group_items, i);

    if (known->kind == item->kind && g_bytes_equal (known->key, item->key) &&
        lan_conversation_id_equal (&known->conversation, &item->conversation)) {
      g_ptr_array_remove_index (store->group_items, i);
      break;
    }
  }
  *row = *item;
  row->key = g_bytes_ref (item->key);
  row->value = g_bytes_ref (item->value);
  g_ptr_array_add (store->group_items, row);
}

static gboolean
has_conflict (SimStore *store, GPtrArray *changes)
{
  for (guint i = 0; i < changes->len; i++) {
    const LanChange *change = g_ptr_array_index (changes, i);
    const LanRecordRow *known;

    if (change->type != LAN_CHANGE_RECORD)
      continue;
    known = sim_store_find (store, &change->record.conversation, &change->record.device,
                            change->record.seq);
    if (known != NULL && !lan_hash_equal (&known->hash, &change->record.hash))
      return TRUE;
  }
  return FALSE;
}

gboolean
sim_store_commit (SimStore *store, GPtrArray *changes)
{
  if (has_conflict (store, changes))
    return FALSE;
  for (guint i = 0; i < changes->len; i++) {
    const LanChange *change = g_ptr_array_index (changes, i);

    switch (change->type) {
    case LAN_CHANGE_PERSON:
      put_lan_person_row (store->persons, &change->person);
      break;
    case LAN_CHANGE_DEVICE:
      put_lan_device_row (store->devices, &change->device);
      break;
    case LAN_CHANGE_CONVERSATION:
      put_lan_conversation_row (store->conversations, &change->conversation);
      break;
    case LAN_CHANGE_RECORD:
      if (sim_store_find (store, &change->record.conversation, &change->record.device,
                          change->record.seq) == NULL)
        put_record (store, &change->record);
      break;
    case LAN_CHANGE_RECORD_FLAGS:
      set_flags (store, &change->record);
      break;
    case LAN_CHANGE_VECTOR:
      put_vector (store, &change->vector);
      break;
    case LAN_CHANGE_SETTING:
      if (change->setting.value == NULL)
        g_hash_table_remove (store->settings, change->setting.key);
      else
        g_hash_table_insert (store->settings, g_strdup (change->setting.key),
                             g_bytes_ref (change->setting.value));
      break;
    case LAN_CHANGE_OPERATION:
      put_operation (store, &change->operation);
      break;
    case LAN_CHANGE_RECORD_OPENED:
      put_opened (store, &change->record);
      break;
    case LAN_CHANGE_RECORDS_SHOWN:
      put_shown (store, &change->range);
      break;
    case LAN_CHANGE_GROUP_ITEM:
      put_group_item (store, &change->group_item);
      break;
    case LAN_CHANGE_CARRIED:
      put_carried (store, &change->carried);
      break;
    case LAN_CHANGE_TRANSFER:
    case LAN_CHANGE_TRANSFER_PLAN:
    case LAN_CHANGE_ADDRESS:
    default:
      g_assert_not_reached ();
    }
  }
  return TRUE;
}

SimStore *
sim_store_copy (const SimStore *store)
{
  SimStore *copy = sim_store_new ();
  GHashTableIter iter;
  gpointer key, value;

  for (guint i = 0; i < store->persons->len; i++)
    put_lan_person_row (copy->persons, g_ptr_array_index (store->persons, i));
  for (guint i = 0; i < store->devices->len; i++)
    put_lan_device_row (copy->devices, g_ptr_array_index (store->devices, i));
  for (guint i = 0; i < store->conversations->len; i++)
    put_lan_conversation_row (copy->conversations, g_ptr_array_index (store->conversations, i));
  for (guint i = 0; i < store->records->len; i++)
    put_record (copy, g_ptr_array_index (store->records, i));
  for (guint i = 0; i < store->operations->len; i++)
    put_operation (copy, g_ptr_array_index (store->operations, i));
  g_array_append_vals (copy->vectors, store->vectors->data, store->vectors->len);
  for (guint i = 0; i < store->group_items->len; i++)
    put_group_item (copy, g_ptr_array_index (store->group_items, i));
  for (guint i = 0; i < store->carried->len; i++)
    put_carried (copy, g_ptr_array_index (store->carried, i));
  g_hash_table_iter_init (&iter, store->settings);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_hash_table_insert (copy->settings, g_strdup (key), g_bytes_ref (value));
  return copy;
}

LanRecordRow *
sim_store_find (SimStore *store, const LanConversationId *conversation, const LanDeviceId *device,
                guint64 seq)
{
  Place place;

  memset (&place, 0, sizeof place);
  place.conversation = *conversation;
  place.device = *device;
  place.seq = seq;
  return g_hash_table_lookup (store->by_place, &place);
}

gboolean
sim_store_has_message (SimStore *store, const LanAccountId *author, const LanMessageId *message)
{
  Name name = { *author, *message };

  return g_hash_table_contains (store->by_message, &name);
}

GPtrArray *
sim_store_read_log (SimStore *store, const LanConversationId *conversation,
                    const LanDeviceId *device, guint64 from, guint64 to, gsize max)
{
  GPtrArray *rows = g_ptr_array_new ();
  gsize bytes = 0;

  for (guint64 seq = from; seq <= to && (rows->len == 0 || bytes < max); seq++) {
    LanRecordRow *row = sim_store_find (store, conversation, device, seq);

    if (row == NULL || row->blob == NULL)
      continue; /* not kept any more */
    g_ptr_array_add (rows, row);
    bytes += g_bytes_get_size (row->blob);
  }
  return rows;
}

static guint64
last_of (SimStore *store, const LanConversationId *conversation, const LanDeviceId *device)
{
  guint64 last = 0;

  for (guint i = 0; i < store->records->len; i++) {
    const LanRecordRow *row = g_ptr_array_index (store->records, i);

    if (lan_conversation_id_equal (&row->conversation, conversation) &&
        lan_device_id_equal (&row->device, device))
      last = MAX (last, row->seq);
  }
  return last;
}

static void
forget_row (SimStore *store, LanRecordRow *row, gboolean is_last)
{
  g_autofree Name *name = name_of (row);
  g_autofree Place *place = place_of (row);

  if (g_hash_table_lookup (store->by_message, name) == row)
    g_hash_table_remove (store->by_message, name);
  if (!is_last) {
    g_hash_table_remove (store->by_place, place);
    g_ptr_array_remove (store->records, row);
    return;
  }
  row->flags |= LAN_RECORD_HIDDEN | LAN_RECORD_FORGOTTEN;
  g_clear_pointer (&row->blob, g_bytes_unref);
  g_clear_pointer (&row->text, g_free);
}

void
sim_store_forget (SimStore *store, const LanConversationId *conversation, const LanDeviceId *device,
                  guint64 from, guint64 to)
{
  guint64 last = last_of (store, conversation, device);

  for (guint64 seq = from; seq <= MIN (to, last); seq++) {
    LanRecordRow *row = sim_store_find (store, conversation, device, seq);

    if (row != NULL)
      forget_row (store, row, seq == last);
  }
}

static int
compare_on_screen (gconstpointer a, gconstpointer b)
{
  const LanRecordRow *x = *(LanRecordRow *const *) a, *y = *(LanRecordRow *const *) b;

  if (x->order != y->order)
    return x->order < y->order ? -1 : 1;
  return lan_message_id_compare (&x->message, &y->message);
}

GPtrArray *
sim_store_screen (SimStore *store, const LanConversationId *conversation)
{
  GPtrArray *rows = g_ptr_array_new ();

  for (guint i = 0; i < store->records->len; i++) {
    LanRecordRow *row = g_ptr_array_index (store->records, i);

    if (lan_conversation_id_equal (&row->conversation, conversation) &&
        (row->flags & (LAN_RECORD_HIDDEN | LAN_RECORD_WITHDRAWN)) == 0)
      g_ptr_array_add (rows, row);
  }
  g_ptr_array_sort (rows, compare_on_screen);
  return rows;
}

static void
load_heads (SimStore *store, LanCore *core)
{
  g_autoptr (GHashTable) heads = g_hash_table_new_full (place_hash, place_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer value;

  for (guint i = 0; i < store->records->len; i++) {
    LanRecordRow *row = g_ptr_array_index (store->records, i);
    Place *log = place_of (row);
    LanRecordRow *head;

    log->seq = 0;
    head = g_hash_table_lookup (heads, log);
    if (head == NULL || head->seq < row->seq)
      g_hash_table_replace (heads, log, row);
    else
      g_free (log);
  }
  g_hash_table_iter_init (&iter, heads);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanRecordRow *head = value;

    lan_core_load_head (core, &head->conversation, &head->device, head->seq, &head->hash, head->hlc,
                        head->order);
  }
}

/* As the store on disk gives them: the greatest kind first, whichever kinds there are. */
static guint
greatest_kind (const SimStore *store)
{
  guint kind = 0;

  for (guint i = 0; i < store->group_items->len; i++)
    kind = MAX (kind, ((LanGroupItemRow *) g_ptr_array_index (store->group_items, i))->kind);
  return kind;
}

void
sim_store_load (SimStore *store, LanCore *core)
{
  GHashTableIter iter;
  gpointer key, value;

  for (guint i = 0; i < store->persons->len; i++)
    lan_core_load_person (core, g_ptr_array_index (store->persons, i));
  for (guint i = 0; i < store->devices->len; i++)
    lan_core_load_device (core, g_ptr_array_index (store->devices, i));
  for (guint i = 0; i < store->conversations->len; i++)
    lan_core_load_conversation (core, g_ptr_array_index (store->conversations, i));
  load_heads (store, core);
  for (guint kind = greatest_kind (store); kind > 0; kind--) {
    for (guint i = 0; i < store->group_items->len; i++) {
      const LanGroupItemRow *item = g_ptr_array_index (store->group_items, i);

      if (item->kind == kind)
        lan_core_load_group_item (core, item);
    }
  }
  for (guint i = 0; i < store->vectors->len; i++)
    lan_core_load_vector (core, &g_array_index (store->vectors, LanVectorRow, i));
  g_hash_table_iter_init (&iter, store->settings);
  while (g_hash_table_iter_next (&iter, &key, &value))
    lan_core_load_setting (core, key, value);
  for (guint i = 0; i < store->carried->len; i++)
    lan_core_load_carried (core, g_ptr_array_index (store->carried, i));
}
