/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-folder-watch.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/inotify.h>
#include <unistd.h>

#define EVENTS                                                                                     \
  (IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB |              \
   IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK)

struct _LanFolderWatch {
  LanFolderNotice notice;
  gpointer data;
  int fd;
  GSource *source;
  GHashTable *shares; /* descriptor -> LanConversationId (owned) */
};

static void
note (GHashTable *touched, LanFolderWatch *watch, const struct inotify_event *event)
{
  const LanConversationId *share = g_hash_table_lookup (watch->shares, GINT_TO_POINTER (event->wd));

  if (share != NULL)
    g_hash_table_add (touched, g_memdup2 (share, sizeof *share));
  if ((event->mask & IN_IGNORED) != 0)
    g_hash_table_remove (watch->shares, GINT_TO_POINTER (event->wd));
}

/* More happened than the system kept: everybody looks. */
static void
note_all (GHashTable *touched, LanFolderWatch *watch)
{
  const LanConversationId *share;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, watch->shares);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &share))
    g_hash_table_add (touched, g_memdup2 (share, sizeof *share));
}

static gboolean
on_readable (int fd, GIOCondition condition, gpointer data)
{
  LanFolderWatch *watch = data;
  g_autoptr (GHashTable) touched =
      g_hash_table_new_full (lan_conversation_id_hash, lan_conversation_id_equal, g_free, NULL);
  union {
    char bytes[16384];
    struct inotify_event event;
  } buffer;
  GHashTableIter iter;
  gpointer share;
  gssize n;

  while ((n = read (fd, buffer.bytes, sizeof buffer.bytes)) > 0) {
    for (gssize at = 0; at < n;) {
      const struct inotify_event *event = (const void *) (buffer.bytes + at);

      if ((event->mask & IN_Q_OVERFLOW) != 0)
        note_all (touched, watch);
      else
        note (touched, watch, event);
      at += (gssize) (sizeof *event + event->len);
    }
  }
  g_hash_table_iter_init (&iter, touched);
  while (g_hash_table_iter_next (&iter, &share, NULL))
    watch->notice (share, FALSE, watch->data);
  return G_SOURCE_CONTINUE;
}

LanFolderWatch *
lan_folder_watch_new (GMainContext *context, LanFolderNotice notice, gpointer data)
{
  LanFolderWatch *watch = g_new0 (LanFolderWatch, 1);

  watch->notice = notice;
  watch->data = data;
  watch->shares = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  watch->fd = inotify_init1 (IN_NONBLOCK | IN_CLOEXEC);
  if (watch->fd < 0)
    return watch;
  watch->source = g_unix_fd_source_new (watch->fd, G_IO_IN);
  g_source_set_callback (watch->source, G_SOURCE_FUNC (on_readable), watch, NULL);
  g_source_attach (watch->source, context);
  return watch;
}

void
lan_folder_watch_free (LanFolderWatch *watch)
{
  if (watch == NULL)
    return;
  if (watch->source != NULL) {
    g_source_destroy (watch->source);
    g_source_unref (watch->source);
  }
  if (watch->fd >= 0)
    close (watch->fd);
  g_hash_table_unref (watch->shares);
  g_free (watch);
}

static gboolean
add (LanFolderWatch *watch, const LanConversationId *share, const char *path, GHashTable *kept,
     gboolean *is_new)
{
  int wd = watch->fd >= 0 ? inotify_add_watch (watch->fd, path, EVENTS) : -1;

  if (wd < 0)
    return watch->fd >= 0 && errno == ENOENT; /* gone since: the folder above has said so */
  *is_new = *is_new || !g_hash_table_contains (watch->shares, GINT_TO_POINTER (wd));
  g_hash_table_add (kept, GINT_TO_POINTER (wd));
  g_hash_table_replace (watch->shares, GINT_TO_POINTER (wd), g_memdup2 (share, sizeof *share));
  return TRUE;
}

void
lan_folder_watch_set (LanFolderWatch *watch, const LanConversationId *share, const char *dir,
                      const GPtrArray *folders)
{
  g_autoptr (GHashTable) kept = g_hash_table_new (NULL, NULL);
  const LanConversationId *other;
  gboolean complete = TRUE;
  gboolean is_new = FALSE;
  GHashTableIter iter;
  gpointer wd;

  for (guint i = 0; folders != NULL && i < folders->len && complete; i++) {
    g_autofree char *path = g_build_filename (dir, g_ptr_array_index (folders, i), NULL);

    complete = add (watch, share, path, kept, &is_new);
  }
  g_hash_table_iter_init (&iter, watch->shares);
  while (g_hash_table_iter_next (&iter, &wd, (gpointer *) &other)) {
    if (!lan_conversation_id_equal (other, share) || g_hash_table_contains (kept, wd))
      continue;
    inotify_rm_watch (watch->fd, GPOINTER_TO_INT (wd));
    g_hash_table_iter_remove (&iter);
  }
  /* Whatever happened in a folder between the look at it and now was seen by nobody. */
  if (is_new)
    watch->notice (share, FALSE, watch->data);
  if (!complete)
    watch->notice (share, TRUE, watch->data);
}
