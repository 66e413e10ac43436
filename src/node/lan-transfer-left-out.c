/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What of folders is not sent with them: counted on a thread of its own, before they are offered. */
#include "lan-transfer.h"

#include "lan-disk.h"

static void
count (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const char *const *paths = data;
  LanDiskLeftOut *out = g_new0 (LanDiskLeftOut, 1);

  for (guint i = 0; paths[i] != NULL && !g_cancellable_is_cancelled (cancellable); i++)
    lan_disk_count_left_out (paths[i], out);
  g_task_return_pointer (task, out, g_free);
}

void
lan_transfer_count_left_out_async (const char *const *paths, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_return_if_fail (paths != NULL);
  g_task_set_source_tag (task, lan_transfer_count_left_out_async);
  g_task_set_task_data (task, g_strdupv ((GStrv) (gpointer) paths), (GDestroyNotify) g_strfreev);
  g_task_run_in_thread (task, count);
}

gboolean
lan_transfer_count_left_out_finish (GAsyncResult *result, guint *links, guint *others,
                                    GError **error)
{
  g_autofree LanDiskLeftOut *out = NULL;

  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);
  out = g_task_propagate_pointer (G_TASK (result), error);
  *links = out != NULL ? out->links : 0;
  *others = out != NULL ? out->others : 0;
  return out != NULL;
}
