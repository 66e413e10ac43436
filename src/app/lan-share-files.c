/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-share-files.h"

#include "lan-files.h"
#include "lan-share-look.h"

#include <glib/gi18n.h>
#include <string.h>

#define ENTRIES_AT_ONCE 1000
#define READ_AGAIN_MS   500

enum {
  NAME,
  ICON,
  SIZE,
  STATE_TEXT,
  PATH,
  TOOLTIP,
  STATE,
  WEIGHT,
  IS_FOLDER,
  N_COLUMNS,
};

typedef struct {
  GtkTreeIter iter;
  guint pass; /* the last in which it was named */
} Row;

struct _LanShareFiles {
  GtkBox parent;
  LanShare *share;
  GtkTreeStore *store;
  GHashTable *rows;   /* path -> Row, whose iters persist in a GtkTreeStore */
  GPtrArray *entries; /* being put in, NULL: none */
  guint next;
  guint pass;
  guint fill_id;
  guint read_id;
  gboolean is_due;
  gboolean is_setting;
  GCancellable *cancellable;
  GtkStack *stack;
  GtkLabel *empty_label;
  GtkTreeView *tree;
  GtkTreeSelection *selection;
  GtkLabel *sum_label;
  GtkWidget *foot;
  GtkWidget *keep_label;
  GtkSwitch *keep_switch;
  GtkWidget *fetch_button;
};

G_DEFINE_TYPE (LanShareFiles, lan_share_files, GTK_TYPE_BOX)

static gboolean
is_live (LanShare *share)
{
  return lan_share_get_status (share) == LAN_SHARE_STATUS_OPEN ||
         lan_share_get_status (share) == LAN_SHARE_STATUS_JOINED;
}

/* ---- the tree follows the list ---- */

static Row *ensure_row (LanShareFiles *self, const char *path);

static GtkTreeIter *
parent_of (LanShareFiles *self, const char *path)
{
  const char *slash = strrchr (path, '/');
  g_autofree char *parent = slash != NULL ? g_strndup (path, (gsize) (slash - path)) : NULL;
  Row *row = parent != NULL ? ensure_row (self, parent) : NULL;

  return row != NULL ? &row->iter : NULL;
}

/* A path has at most 32 components, so is this recursion. A parent that the list does not name is a folder. */
static Row *
ensure_row (LanShareFiles *self, const char *path)
{
  Row *row = g_hash_table_lookup (self->rows, path);
  const char *slash = strrchr (path, '/');

  if (row == NULL) {
    row = g_new0 (Row, 1);
    gtk_tree_store_insert_with_values (
        self->store, &row->iter, parent_of (self, path), -1, NAME, slash != NULL ? slash + 1 : path,
        ICON, "folder-symbolic", SIZE, "", PATH, path, TOOLTIP, "", STATE, LAN_SHARED_STATE_HERE,
        WEIGHT, PANGO_WEIGHT_NORMAL, IS_FOLDER, TRUE, -1);
    g_hash_table_insert (self->rows, g_strdup (path), row);
  }
  row->pass = self->pass;
  return row;
}

static gboolean
needs_attention (const LanSharedEntry *entry)
{
  return entry->state >= LAN_SHARED_STATE_CHANGED || lan_share_look_is_copy (entry->path);
}

static void
put_entry (LanShareFiles *self, const LanSharedEntry *entry)
{
  Row *row = ensure_row (self, entry->path);
  gboolean has_size = !entry->folder && entry->state != LAN_SHARED_STATE_SKIPPED;
  g_autofree char *size = has_size ? g_format_size (entry->size) : g_strdup ("");
  g_autofree char *state = lan_share_look_state (entry);
  g_autofree char *escaped = NULL;
  g_autofree char *had = NULL, *had_size = NULL;

  gtk_tree_model_get (GTK_TREE_MODEL (self->store), &row->iter, STATE_TEXT, &had, SIZE, &had_size,
                      -1);
  if (g_strcmp0 (had, state) == 0 && g_strcmp0 (had_size, size) == 0)
    return;
  escaped = *state != '\0' ? g_markup_printf_escaped ("%s: %s", entry->path, state)
                           : g_markup_escape_text (entry->path, -1);
  gtk_tree_store_set (self->store, &row->iter, ICON,
                      needs_attention (entry) ? "dialog-warning-symbolic"
                      : entry->folder         ? "folder-symbolic"
                                              : "text-x-generic-symbolic",
                      SIZE, size, STATE_TEXT, state, TOOLTIP, escaped, STATE, entry->state, WEIGHT,
                      needs_attention (entry) ? PANGO_WEIGHT_SEMIBOLD : PANGO_WEIGHT_NORMAL,
                      IS_FOLDER, entry->folder, -1);
}

static int
deeper_first (gconstpointer a, gconstpointer b)
{
  const char *const *x = a, *const *y = b;

  return -strcmp (*x, *y);
}

static void
drop_gone (LanShareFiles *self)
{
  g_autoptr (GPtrArray) gone = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer path, row;

  g_hash_table_iter_init (&iter, self->rows);
  while (g_hash_table_iter_next (&iter, &path, &row)) {
    if (((Row *) row)->pass != self->pass)
      g_ptr_array_add (gone, path);
  }
  g_ptr_array_sort (gone, deeper_first);
  for (guint i = 0; i < gone->len; i++) {
    Row *old = g_hash_table_lookup (self->rows, g_ptr_array_index (gone, i));

    gtk_tree_store_remove (self->store, &old->iter);
    g_hash_table_remove (self->rows, g_ptr_array_index (gone, i));
  }
}

/* ---- what can be done ---- */

static gboolean
can_fetch (LanSharedState state)
{
  return state == LAN_SHARED_STATE_AWAY || state == LAN_SHARED_STATE_OLD ||
         state == LAN_SHARED_STATE_CHANGED || state == LAN_SHARED_STATE_FAILED;
}

/* Paths that are selected and worth fetching: folders, and files that are not here. */
static GPtrArray *
wanted_paths (LanShareFiles *self)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  GList *selected = gtk_tree_selection_get_selected_rows (self->selection, NULL);

  for (GList *l = selected; l != NULL; l = l->next) {
    GtkTreeIter iter;
    gboolean is_folder = FALSE;
    char *path = NULL;
    int state = 0;

    if (!gtk_tree_model_get_iter (GTK_TREE_MODEL (self->store), &iter, l->data))
      continue;
    gtk_tree_model_get (GTK_TREE_MODEL (self->store), &iter, PATH, &path, STATE, &state, IS_FOLDER,
                        &is_folder, -1);
    if (is_folder || can_fetch ((LanSharedState) state))
      g_ptr_array_add (paths, path);
    else
      g_free (path);
  }
  g_list_free_full (selected, (GDestroyNotify) gtk_tree_path_free);
  return paths;
}

static void
update_buttons (LanShareFiles *self)
{
  LanShare *share = self->share;
  gboolean is_joined = share != NULL && lan_share_get_status (share) == LAN_SHARE_STATUS_JOINED;
  gboolean is_behind = is_joined && lan_share_get_here (share) < lan_share_get_files (share);
  g_autoptr (GPtrArray) paths = wanted_paths (self);
  g_autofree char *sum = share != NULL ? lan_share_look_sum (share) : g_strdup ("");

  gtk_label_set_text (self->sum_label, sum);
  gtk_widget_set_visible (self->keep_label, is_joined);
  gtk_widget_set_visible (GTK_WIDGET (self->keep_switch), is_joined);
  gtk_widget_set_visible (self->fetch_button, is_joined);
  gtk_widget_set_sensitive (self->fetch_button, paths->len > 0 && is_behind);
  if (share == NULL)
    return;
  self->is_setting = TRUE;
  gtk_switch_set_active (self->keep_switch, lan_share_get_keep (share));
  gtk_switch_set_state (self->keep_switch, lan_share_get_keep (share));
  self->is_setting = FALSE;
  gtk_label_set_text (self->empty_label, lan_share_get_scanning (share)
                                             ? _ ("Looking at what is in the folder…")
                                             : _ ("Nothing is in this folder yet."));
}

static void
on_selection_changed (LanShareFiles *self)
{
  if (self->share != NULL)
    update_buttons (self);
}

static void
on_fetch (LanShareFiles *self)
{
  g_autoptr (GPtrArray) paths = wanted_paths (self);

  for (guint i = 0; i < paths->len; i++)
    lan_share_fetch (self->share, g_ptr_array_index (paths, i));
}

static gboolean
on_keep_set (LanShareFiles *self, gboolean on)
{
  if (!self->is_setting && self->share != NULL)
    lan_share_set_keep (self->share, on);
  return FALSE;
}

/* What is here is shown in its folder, never started from here: others put it there. What is not is fetched. */
static void
on_row_activated (LanShareFiles *self, GtkTreePath *tree_path)
{
  g_autofree char *path = NULL;
  g_autofree char *full = NULL;
  gboolean is_folder;
  GtkTreeIter iter;
  int state;

  gtk_tree_model_get_iter (GTK_TREE_MODEL (self->store), &iter, tree_path);
  gtk_tree_model_get (GTK_TREE_MODEL (self->store), &iter, PATH, &path, STATE, &state, IS_FOLDER,
                      &is_folder, -1);
  if (is_folder) {
    if (!gtk_tree_view_expand_row (self->tree, tree_path, FALSE))
      gtk_tree_view_collapse_row (self->tree, tree_path);
  } else if (can_fetch ((LanSharedState) state) && is_live (self->share)) {
    lan_share_fetch (self->share, path);
  } else if (state != LAN_SHARED_STATE_FETCHING && lan_share_get_dir (self->share) != NULL) {
    full = g_build_filename (lan_share_get_dir (self->share), path, NULL);
    lan_files_show_in_folder (gtk_widget_get_toplevel (GTK_WIDGET (self)), full);
  }
}

/* ---- reading ---- */

static void read_tree (LanShareFiles *self);

static gboolean
on_read_again (gpointer user_data)
{
  LanShareFiles *self = user_data;

  self->read_id = 0;
  if (self->is_due)
    read_tree (self);
  return G_SOURCE_REMOVE;
}

/* What changes all the time is read at most twice a second, and not while the last list is being put in. */
static void
finish (LanShareFiles *self)
{
  drop_gone (self);
  g_clear_pointer (&self->entries, g_ptr_array_unref);
  gtk_stack_set_visible_child_name (self->stack,
                                    g_hash_table_size (self->rows) > 0 ? "tree" : "empty");
  update_buttons (self);
  if (self->read_id == 0)
    self->read_id = g_timeout_add (READ_AGAIN_MS, on_read_again, self);
}

static gboolean
on_fill (gpointer user_data)
{
  LanShareFiles *self = user_data;

  for (guint n = 0; n < ENTRIES_AT_ONCE && self->next < self->entries->len; n++)
    put_entry (self, g_ptr_array_index (self->entries, self->next++));
  if (self->next < self->entries->len)
    return G_SOURCE_CONTINUE;
  self->fill_id = 0;
  finish (self);
  return G_SOURCE_REMOVE;
}

static void
on_tree (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanShareFiles) self = user_data;
  g_autoptr (GPtrArray) entries = lan_share_read_tree_finish (LAN_SHARE (source), result, NULL);

  if (entries == NULL || LAN_SHARE (source) != self->share || self->entries != NULL)
    return;
  self->entries = g_steal_pointer (&entries);
  self->next = 0;
  self->pass++;
  self->fill_id = g_idle_add (on_fill, self);
}

static void
read_tree (LanShareFiles *self)
{
  if (self->share == NULL)
    return;
  self->is_due = FALSE;
  lan_share_read_tree_async (self->share, self->cancellable, on_tree, g_object_ref (self));
}

static void
clear (LanShareFiles *self)
{
  g_clear_handle_id (&self->fill_id, g_source_remove);
  g_clear_handle_id (&self->read_id, g_source_remove);
  g_clear_pointer (&self->entries, g_ptr_array_unref);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_hash_table_remove_all (self->rows);
  gtk_tree_store_clear (self->store);
}

void
lan_share_files_set_share (LanShareFiles *self, LanShare *share)
{
  if (g_set_object (&self->share, share)) {
    clear (self);
    self->cancellable = g_cancellable_new ();
    gtk_stack_set_visible_child_name (self->stack, "empty");
  }
  update_buttons (self);
  self->is_due = TRUE;
  if (self->entries == NULL && self->read_id == 0)
    read_tree (self);
}

static void
dispose (GObject *object)
{
  LanShareFiles *self = LAN_SHARE_FILES (object);

  if (self->store != NULL)
    clear (self);
  g_clear_object (&self->share);
  G_OBJECT_CLASS (lan_share_files_parent_class)->dispose (object);
  g_clear_object (&self->store);
  g_clear_pointer (&self->rows, g_hash_table_unref);
}

static void
lan_share_files_class_init (LanShareFilesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/share-files.ui");
  gtk_widget_class_bind_template_child (widget_class, LanShareFiles, stack);
  gtk_widget_class_bind_template_child (widget_class, LanShareFiles, empty_label);
  gtk_widget_class_bind_template_child (widget_class, LanShareFiles, tree);
  gtk_widget_class_bind_template_child (widget_class, LanShareFiles, selection);
  gtk_widget_class_bind_template_child (widget_class, LanShareFiles, sum_label);
  gtk_widget_class_bind_template_child (widget_class, LanShareFiles, foot);
  gtk_widget_class_bind_template_child (widget_class, LanShareFiles, keep_label);
  gtk_widget_class_bind_template_child (widget_class, LanShareFiles, keep_switch);
  gtk_widget_class_bind_template_child (widget_class, LanShareFiles, fetch_button);
  gtk_widget_class_bind_template_callback (widget_class, on_selection_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_keep_set);
  gtk_widget_class_bind_template_callback (widget_class, on_fetch);
}

static void
lan_share_files_init (LanShareFiles *self)
{
  self->rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->store =
      gtk_tree_store_new (N_COLUMNS, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING,
                          G_TYPE_STRING, G_TYPE_STRING, G_TYPE_INT, G_TYPE_INT, G_TYPE_BOOLEAN);
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_tree_view_set_model (self->tree, GTK_TREE_MODEL (self->store));
}
