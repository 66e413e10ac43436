/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-pasted.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

#define PROFILE_DIGITS 16

/* Of the one profile that this program has open. */
static char *folder;
static LanNode *owner; /* weak */

static char *
common_folder (void)
{
  return g_build_filename (g_get_user_cache_dir (), "lanyard", "pasted", NULL);
}

char *
lan_pasted_dup_path (const char *suffix, GError **error)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *name = g_date_time_format (now, "%Y%m%d-%H%M%S-%f");
  g_autofree char *common = common_folder ();
  const char *dir = folder != NULL ? folder : common;

  if (g_mkdir_with_parents (dir, 0700) == 0)
    return g_strdup_printf ("%s/%s.%s", dir, name, suffix);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, dir);
  return NULL;
}

/* Is something of it still to be fetched? Of a group each member may come for it. */
static gboolean
is_needed_by (LanTransfer *transfer)
{
  switch (lan_transfer_get_status (transfer)) {
  case LAN_TRANSFER_STATUS_DONE:
    return lan_transfer_get_fetched (transfer) < lan_transfer_get_members (transfer);
  case LAN_TRANSFER_STATUS_FAILED:
  case LAN_TRANSFER_STATUS_DECLINED:
  case LAN_TRANSFER_STATUS_CANCELLED:
    return FALSE;
  case LAN_TRANSFER_STATUS_OFFERED:
  case LAN_TRANSFER_STATUS_ACCEPTED:
  case LAN_TRANSFER_STATUS_RUNNING:
  case LAN_TRANSFER_STATUS_PAUSED:
  case LAN_TRANSFER_STATUS_VERIFYING:
    break;
  }
  return TRUE;
}

/* The paths of what is still to be sent. */
static GHashTable *
find_needed (LanNode *node)
{
  GListModel *transfers = lan_node_get_transfers (node);
  guint n = g_list_model_get_n_items (transfers);
  GHashTable *needed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < n; i++) {
    g_autoptr (LanTransfer) transfer = g_list_model_get_item (transfers, i);
    const char *path = lan_transfer_get_path (transfer);

    if (path != NULL && !lan_transfer_get_incoming (transfer) && is_needed_by (transfer))
      g_hash_table_add (needed, g_strdup (path));
  }
  return needed;
}

void
lan_pasted_drop (const char *path)
{
  g_autofree char *dir = g_path_get_dirname (path);
  g_autoptr (GHashTable) needed = NULL;
  g_autoptr (GFile) file = NULL;

  if (owner == NULL || folder == NULL || !g_str_equal (dir, folder))
    return;
  needed = find_needed (owner);
  if (g_hash_table_contains (needed, path))
    return;
  file = g_file_new_for_path (path);
  g_file_delete_async (file, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
}

static void
on_ended (LanNode *node, LanTransfer *transfer)
{
  if (!lan_transfer_get_incoming (transfer) && lan_transfer_get_path (transfer) != NULL)
    lan_pasted_drop (lan_transfer_get_path (transfer));
}

/* --- what was left behind --- */

typedef struct {
  GHashTable *needed;
  char *folders[3]; /* ends with NULL */
  gint64 before_us; /* what is younger was pasted meanwhile */
} Sweep;

static void
sweep_free (gpointer data)
{
  Sweep *sweep = data;

  g_hash_table_unref (sweep->needed);
  for (guint i = 0; i < G_N_ELEMENTS (sweep->folders); i++)
    g_free (sweep->folders[i]);
  g_free (sweep);
}

static gint64
changed_us (const struct stat *st)
{
  return (gint64) st->st_mtim.tv_sec * G_USEC_PER_SEC + st->st_mtim.tv_nsec / 1000;
}

static void
sweep_folder (const Sweep *sweep, const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *file = g_build_filename (path, name, NULL);
    struct stat st;

    if (!g_hash_table_contains (sweep->needed, file) && lstat (file, &st) == 0 &&
        S_ISREG (st.st_mode) && changed_us (&st) < sweep->before_us)
      (void) g_unlink (file);
  }
}

/* Worker. */
static void
run_sweep (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Sweep *sweep = data;

  for (guint i = 0; sweep->folders[i] != NULL; i++)
    sweep_folder (sweep, sweep->folders[i]);
  g_task_return_boolean (task, TRUE);
}

void
lan_pasted_begin (LanNode *node, const char *profile)
{
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, profile, -1);
  g_autoptr (GTask) task = g_task_new (node, NULL, NULL, NULL);
  Sweep *sweep = g_new0 (Sweep, 1);

  digest[PROFILE_DIGITS] = '\0';
  sweep->folders[0] = common_folder (); /* where earlier versions left theirs */
  sweep->folders[1] = g_build_filename (sweep->folders[0], digest, NULL);
  sweep->needed = find_needed (node);
  sweep->before_us = g_get_real_time ();
  g_free (folder);
  folder = g_strdup (sweep->folders[1]);
  g_set_weak_pointer (&owner, node);
  g_signal_connect (node, "file-done", G_CALLBACK (on_ended), NULL);
  g_signal_connect (node, "file-failed", G_CALLBACK (on_ended), NULL);
  g_task_set_task_data (task, sweep, sweep_free);
  g_task_run_in_thread (task, run_sweep);
}
