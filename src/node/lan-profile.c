/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-profile.h"

#include "lan-crypto.h"
#include "lan-node.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

struct _LanProfile {
  char *keys_path;
  char *history_path;
  int lock_fd;
};

char *
lan_node_default_dir (void)
{
  return g_build_filename (g_get_user_data_dir (), "lanyard", NULL);
}

static char *
dup_dir (const char *dir)
{
  return dir != NULL ? g_canonicalize_filename (dir, NULL) : lan_node_default_dir ();
}

gboolean
lan_profile_exists (const char *dir)
{
  g_autofree char *keys = g_build_filename (dir, "keys", NULL);

  return g_file_test (keys, G_FILE_TEST_EXISTS);
}

gboolean
lan_node_profile_exists (const char *profile_dir)
{
  g_autofree char *dir = dup_dir (profile_dir);

  return lan_profile_exists (dir);
}

char *
lan_profile_dup_socket_path (const char *dir)
{
  g_autofree char *path = g_build_filename (dir, "socket", NULL);
  g_autofree char *name = NULL, *hex = NULL;
  guint8 hash[8];

  if (strlen (path) < sizeof ((struct sockaddr_un *) NULL)->sun_path)
    return g_steal_pointer (&path);
  lan_hash_n (hash, sizeof hash, dir, strlen (dir));
  hex = lan_hex_encode (hash, sizeof hash);
  name = g_strdup_printf ("lanyard-%s", hex);
  return g_build_filename (g_get_user_runtime_dir (), name, NULL);
}

char *
lan_node_dup_socket_path (const char *profile_dir)
{
  g_autofree char *dir = dup_dir (profile_dir);

  return lan_profile_dup_socket_path (dir);
}

static gboolean
fail (GError **error, const char *what, const char *path, int code)
{
  g_set_error (error, LAN_NODE_ERROR,
               code == ENOSPC || code == EDQUOT ? LAN_NODE_ERROR_DISK_FULL : LAN_NODE_ERROR_FAILED,
               "%s '%s': %s", what, path, g_strerror (code));
  return FALSE;
}

static gboolean
is_empty (const char *dir)
{
  GDir *entries = g_dir_open (dir, 0, NULL);
  gboolean empty = entries != NULL && g_dir_read_name (entries) == NULL;

  g_clear_pointer (&entries, g_dir_close);
  return empty;
}

/* Nobody but its owner may look into the folder, whatever made it. */
static gboolean
secure_dir (const char *dir, gboolean create, GError **error)
{
  struct stat info;

  if (create && g_mkdir_with_parents (dir, 0700) != 0)
    return fail (error, "cannot make the profile's folder", dir, errno);
  if (stat (dir, &info) != 0)
    return fail (error, "cannot read the profile's folder", dir, errno);
  if (create && (info.st_mode & S_ISVTX) != 0 && !is_empty (dir)) {
    g_set_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                 "the folder '%s' belongs to others too: a profile needs one of its own", dir);
    return FALSE;
  }
  if ((info.st_mode & 077) != 0 && chmod (dir, info.st_mode & 0700) != 0)
    return fail (error, "cannot make the profile's folder private", dir, errno);
  return TRUE;
}

/* Who holds the lock wrote its process id into it: a hint for the message only. */
static gboolean
fail_in_use (int fd, const char *dir, GError **error)
{
  g_autofree char *socket = lan_profile_dup_socket_path (dir);
  char text[32] = "";
  gssize n = pread (fd, text, sizeof text - 1, 0);
  long pid = n > 0 ? strtol (text, NULL, 10) : 0;

  if (pid > 0)
    g_set_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_PROFILE_IN_USE,
                 "the profile '%s' is open in another program (process %ld), which answers at '%s'",
                 dir, pid, socket);
  else
    g_set_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_PROFILE_IN_USE,
                 "the profile '%s' is open in another program, which answers at '%s'", dir, socket);
  return FALSE;
}

static gboolean
take_lock (LanProfile *profile, const char *dir, GError **error)
{
  g_autofree char *path = g_build_filename (dir, "lock", NULL);
  char text[32];
  int n;

  profile->lock_fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (profile->lock_fd < 0)
    return fail (error, "cannot open the lock", path, errno);
  if (flock (profile->lock_fd, LOCK_EX | LOCK_NB) != 0)
    return errno == EWOULDBLOCK ? fail_in_use (profile->lock_fd, dir, error)
                                : fail (error, "cannot lock", path, errno);
  n = g_snprintf (text, sizeof text, "%ld\n", (long) getpid ());
  if (ftruncate (profile->lock_fd, 0) != 0 || pwrite (profile->lock_fd, text, (gsize) n, 0) != n)
    g_info ("the lock does not say who holds it: %s", g_strerror (errno));
  return TRUE;
}

LanProfile *
lan_profile_lock (const char *dir, gboolean create, GError **error)
{
  g_autoptr (LanProfile) profile = NULL;

  if (!create && !lan_profile_exists (dir)) {
    g_set_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_NO_PROFILE,
                 "there is no profile in '%s' yet: make one first", dir);
    return NULL;
  }
  profile = g_new0 (LanProfile, 1);
  profile->lock_fd = -1;
  profile->keys_path = g_build_filename (dir, "keys", NULL);
  profile->history_path = g_build_filename (dir, "history", NULL);
  if (!secure_dir (dir, create, error) || !take_lock (profile, dir, error))
    return NULL;
  if (create && lan_profile_exists (dir)) {
    g_set_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_PROFILE_EXISTS,
                 "there is a profile in '%s' already: it is not overwritten", dir);
    return NULL;
  }
  if (create && g_file_test (profile->history_path, G_FILE_TEST_EXISTS)) {
    g_set_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_DAMAGED,
                 "there is a history in '%s' whose keys are missing: put back a backup of 'keys', "
                 "or move the history away to begin anew",
                 dir);
    return NULL;
  }
  return g_steal_pointer (&profile);
}

void
lan_profile_free (LanProfile *profile)
{
  if (profile == NULL)
    return;
  if (profile->lock_fd >= 0)
    close (profile->lock_fd);
  g_free (profile->keys_path);
  g_free (profile->history_path);
  g_free (profile);
}

const char *
lan_profile_keys_path (const LanProfile *profile)
{
  return profile->keys_path;
}

const char *
lan_profile_history_path (const LanProfile *profile)
{
  return profile->history_path;
}
