/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-message-window.h"

#include "lan-message-private.h"

struct _LanMessageWindow {
  GObject parent_instance;

  GPtrArray *rows; /* of LanMessage, in order, owned */
};

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (LanMessageWindow, lan_message_window, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static GType
get_item_type (GListModel *model)
{
  return LAN_TYPE_MESSAGE;
}

static guint
get_n_items (GListModel *model)
{
  return LAN_MESSAGE_WINDOW (model)->rows->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  LanMessageWindow *self = LAN_MESSAGE_WINDOW (model);

  return position < self->rows->len ? g_object_ref (g_ptr_array_index (self->rows, position))
                                    : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static void
lan_message_window_finalize (GObject *object)
{
  g_ptr_array_unref (LAN_MESSAGE_WINDOW (object)->rows);
  G_OBJECT_CLASS (lan_message_window_parent_class)->finalize (object);
}

static void
lan_message_window_class_init (LanMessageWindowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lan_message_window_finalize;
}

static void
lan_message_window_init (LanMessageWindow *self)
{
  self->rows = g_ptr_array_new_with_free_func (g_object_unref);
}

LanMessageWindow *
lan_message_window_new (void)
{
  return g_object_new (LAN_TYPE_MESSAGE_WINDOW, NULL);
}

/* The first place whose row is not before @message. */
static guint
place_of (LanMessageWindow *self, LanMessage *message)
{
  guint low = 0, high = self->rows->len;

  while (low < high) {
    guint middle = (low + high) / 2;

    if (lan_message_compare (g_ptr_array_index (self->rows, middle), message) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static gboolean
is_at (LanMessageWindow *self, guint place, LanMessage *message)
{
  return place < self->rows->len &&
         lan_message_compare (g_ptr_array_index (self->rows, place), message) == 0;
}

static int
compare_pointers (gconstpointer a, gconstpointer b)
{
  return lan_message_compare (*(LanMessage *const *) a, *(LanMessage *const *) b);
}

/* How many of @sorted from @from on go into the same gap: one list change for all of them. */
static guint
run_length (LanMessageWindow *self, GPtrArray *sorted, guint from, guint place)
{
  LanMessage *next =
      place < self->rows->len ? g_ptr_array_index (self->rows, place) : (LanMessage *) NULL;
  guint n = 1;

  while (from + n < sorted->len) {
    LanMessage *message = g_ptr_array_index (sorted, from + n);

    if (lan_message_compare (g_ptr_array_index (sorted, from + n - 1), message) == 0 ||
        (next != NULL && lan_message_compare (message, next) >= 0))
      break;
    n++;
  }
  return n;
}

static gboolean
cut_to_size (LanMessageWindow *self, LanWindowCut cut)
{
  guint extra, at;

  if (self->rows->len <= LAN_WINDOW_MAX)
    return FALSE;
  extra = self->rows->len - LAN_WINDOW_MAX;
  at = cut == LAN_WINDOW_CUT_OLDEST ? 0 : LAN_WINDOW_MAX;
  g_ptr_array_remove_range (self->rows, at, extra);
  g_list_model_items_changed (G_LIST_MODEL (self), at, extra, 0);
  return TRUE;
}

gboolean
lan_message_window_add (LanMessageWindow *self, GPtrArray *messages, LanWindowCut cut)
{
  g_autoptr (GPtrArray) sorted =
      g_ptr_array_copy (messages, (GCopyFunc) (void *) g_object_ref, NULL);

  g_ptr_array_set_free_func (sorted, g_object_unref);
  g_ptr_array_sort (sorted, compare_pointers);
  for (guint i = 0; i < sorted->len;) {
    guint place = place_of (self, g_ptr_array_index (sorted, i)), n;

    if (is_at (self, place, g_ptr_array_index (sorted, i))) {
      i++;
      continue;
    }
    n = run_length (self, sorted, i, place);
    for (guint k = 0; k < n; k++)
      g_ptr_array_insert (self->rows, (int) (place + k),
                          g_object_ref (g_ptr_array_index (sorted, i + k)));
    g_list_model_items_changed (G_LIST_MODEL (self), place, 0, n);
    i += n;
  }
  return cut_to_size (self, cut);
}

void
lan_message_window_remove (LanMessageWindow *self, LanMessage *message)
{
  guint place;

  if (!g_ptr_array_find (self->rows, message, &place))
    return;
  g_ptr_array_remove_index (self->rows, place);
  g_list_model_items_changed (G_LIST_MODEL (self), place, 1, 0);
}

void
lan_message_window_clear (LanMessageWindow *self)
{
  guint n = self->rows->len;

  if (n == 0)
    return;
  g_ptr_array_set_size (self->rows, 0);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, n, 0);
}

LanMessage *
lan_message_window_first (LanMessageWindow *self)
{
  return self->rows->len > 0 ? g_ptr_array_index (self->rows, 0) : NULL;
}

LanMessage *
lan_message_window_last (LanMessageWindow *self)
{
  return self->rows->len > 0 ? g_ptr_array_index (self->rows, self->rows->len - 1) : NULL;
}

guint
lan_message_window_length (LanMessageWindow *self)
{
  return self->rows->len;
}
