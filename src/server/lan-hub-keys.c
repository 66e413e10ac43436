/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-hub-keys.h"

#include "lan-issuer.h"
#include "lan-random-system.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *const lan_hub_key_files[] = { "server.key",  "server.cert",       "issuer.key",
                                          "issuer.cert", "organisation.root", "relay.secret",
                                          NULL };

static gboolean
set_errno (GError **error, const char *path)
{
  g_set_error (error, LAN_HUB_ERROR,
               errno == EEXIST   ? LAN_HUB_ERROR_EXISTS
               : errno == ENOENT ? LAN_HUB_ERROR_MISSING
               : errno == ENOSPC ? LAN_HUB_ERROR_FULL
                                 : LAN_HUB_ERROR_IO,
               "%s: %s", path, g_strerror (errno));
  return FALSE;
}

gboolean
lan_hub_file_write (const char *path, const void *data, gsize len, GError **error)
{
  g_autofree char *temporary = g_strconcat (path, ".new", NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  const guint8 *p = data;
  gboolean is_good = TRUE;
  int fd;

  (void) unlink (temporary);
  fd = open (temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return set_errno (error, temporary);
  for (gsize done = 0; is_good && done < len;) {
    gssize n = write (fd, p + done, len - done);

    is_good = n >= 0 || errno == EINTR;
    done += n > 0 ? (gsize) n : 0;
  }
  is_good = is_good && fsync (fd) == 0;
  is_good = close (fd) == 0 && is_good;
  is_good = is_good && rename (temporary, path) == 0;
  if (!is_good) {
    set_errno (error, path);
    (void) unlink (temporary);
    return FALSE;
  }
  fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd >= 0) {
    (void) fsync (fd);
    close (fd);
  }
  return TRUE;
}

static gboolean
write_in (const char *state, const char *name, const void *data, gsize len, GError **error)
{
  g_autofree char *path = g_build_filename (state, name, NULL);

  return lan_hub_file_write (path, data, len, error);
}

gboolean
lan_hub_keys_make (const char *state, const LanOrgKey *root, gint64 now_s, GError **error)
{
  g_autofree char *path = g_build_filename (state, lan_hub_key_files[0], NULL);
  g_autoptr (LanIssuerKey) issuer = NULL;
  g_autoptr (GBytes) cert = NULL, server_cert = NULL;
  guint8 secret[LAN_KEY_BYTES], public_key[LAN_KEY_BYTES], relay[24];
  g_autofree char *relay_text = NULL;
  gboolean is_good;

  if (access (path, F_OK) == 0) {
    errno = EEXIST;
    return set_errno (error, path);
  }
  lan_crypto_init ();
  issuer = lan_issuer_key_new (lan_random_system ());
  cert = lan_issuer_issue (root, lan_issuer_key_public (issuer), LAN_LEVEL_SERVER, now_s - 3600,
                           now_s - 3600 + LAN_ISSUER_LIFE_SECONDS);
  lan_random_bytes (lan_random_system (), secret, sizeof secret);
  lan_dh_public_from_secret (public_key, secret);
  server_cert = lan_server_key_issue (root, public_key, lan_hub_server_key_number (), now_s);
  lan_random_bytes (lan_random_system (), relay, sizeof relay);
  relay_text = lan_hex_encode (relay, sizeof relay);
  /* server.key last: where it is, everything is. */
  is_good =
      cert != NULL &&
      write_in (state, "organisation.root", lan_org_key_public (root), LAN_KEY_BYTES, error) &&
      write_in (state, "issuer.cert", g_bytes_get_data (cert, NULL), g_bytes_get_size (cert),
                error) &&
      write_in (state, "issuer.key", lan_issuer_key_seed (issuer), LAN_KEY_BYTES, error) &&
      write_in (state, "relay.secret", relay_text, strlen (relay_text), error) &&
      write_in (state, "server.cert", g_bytes_get_data (server_cert, NULL),
                g_bytes_get_size (server_cert), error) &&
      write_in (state, "server.key", secret, sizeof secret, error);
  sodium_memzero (secret, sizeof secret);
  return is_good;
}

/* FALSE with @error when it is there and unfit; TRUE and NULL bytes when @optional and not there. */
static gboolean
read_file (const char *state, const char *name, gsize want, gboolean optional, GBytes **bytes,
           GError **error)
{
  g_autofree char *path = g_build_filename (state, name, NULL);
  g_autoptr (GError) why = NULL;
  char *data = NULL;
  struct stat st;
  gsize len = 0;

  *bytes = NULL;
  if (stat (path, &st) != 0)
    return optional && errno == ENOENT ? TRUE : set_errno (error, path);
  if (g_str_has_suffix (name, ".key") && (st.st_mode & 077) != 0) {
    g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_CONFIG,
                 _ ("%s can be read by others. Do: chmod 600 %s"), path, path);
    return FALSE;
  }
  if (!g_file_get_contents (path, &data, &len, &why)) {
    g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_IO, "%s", why->message);
    return FALSE;
  }
  if ((want != 0 && len != want) || len == 0 || len > 4096) {
    g_free (data);
    g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_DAMAGED,
                 _ ("%s is damaged. Put it back from a backup: lanyard-server restore FILE"), path);
    return FALSE;
  }
  *bytes = g_bytes_new_with_free_func (data, len, g_free, data);
  return TRUE;
}

static gboolean
load_issuer (LanHubKeys *keys, const char *state, GError **error)
{
  g_autoptr (GBytes) seed = NULL;
  LanIssuer issuer;

  if (!read_file (state, "issuer.key", LAN_KEY_BYTES, TRUE, &seed, error) ||
      !read_file (state, "issuer.cert", LAN_ISSUER_BYTES, TRUE, &keys->issuer_cert, error))
    return FALSE;
  if (seed == NULL || keys->issuer_cert == NULL) {
    g_clear_pointer (&keys->issuer_cert, g_bytes_unref);
    return TRUE;
  }
  keys->issuer = lan_issuer_key_new_from_seed (g_bytes_get_data (seed, NULL));
  if (lan_issuer_verify (&issuer, keys->org_root, g_bytes_get_data (keys->issuer_cert, NULL),
                         g_bytes_get_size (keys->issuer_cert)) == LAN_STATUS_OK &&
      memcmp (issuer.public_key, lan_issuer_key_public (keys->issuer), LAN_KEY_BYTES) == 0)
    return TRUE;
  g_set_error (
      error, LAN_HUB_ERROR, LAN_HUB_ERROR_DAMAGED,
      _ ("%s/issuer.cert does not belong to issuer.key and organisation.root. Put the three "
         "back from a backup: lanyard-server restore FILE"),
      state);
  return FALSE;
}

/* The lanes' key goes without it: who joined by this key does not need to be told. One of another key
 * was left behind when renewing was cut short, and the renewal can be done again. */
static gboolean
load_server_cert (LanHubKeys *keys, const char *state, GError **error)
{
  LanServerKey key;

  if (!read_file (state, "server.cert", LAN_SERVER_KEY_BYTES, TRUE, &keys->server_cert, error))
    return FALSE;
  if (keys->server_cert != NULL &&
      (lan_server_key_verify (&key, keys->org_root, g_bytes_get_data (keys->server_cert, NULL),
                              g_bytes_get_size (keys->server_cert)) != LAN_STATUS_OK ||
       memcmp (key.server_public, keys->server_public, LAN_KEY_BYTES) != 0))
    g_clear_pointer (&keys->server_cert, g_bytes_unref);
  return TRUE;
}

LanHubKeys *
lan_hub_keys_load (const char *state, GError **error)
{
  g_autoptr (LanHubKeys) keys = g_new0 (LanHubKeys, 1);
  g_autoptr (GBytes) secret = NULL, root = NULL, relay = NULL;

  lan_crypto_init ();
  if (!read_file (state, "server.key", LAN_KEY_BYTES, FALSE, &secret, error) ||
      !read_file (state, "organisation.root", LAN_KEY_BYTES, FALSE, &root, error) ||
      !read_file (state, "relay.secret", 0, TRUE, &relay, error))
    return NULL;
  keys->secret = sodium_malloc (LAN_KEY_BYTES);
  if (keys->secret == NULL)
    g_error ("no memory for a key");
  memcpy (keys->secret, g_bytes_get_data (secret, NULL), LAN_KEY_BYTES);
  lan_dh_public_from_secret (keys->server_public, keys->secret);
  memcpy (keys->org_root, g_bytes_get_data (root, NULL), LAN_KEY_BYTES);
  if (relay != NULL)
    keys->relay_secret = g_strndup (g_bytes_get_data (relay, NULL), g_bytes_get_size (relay));
  return load_server_cert (keys, state, error) && load_issuer (keys, state, error)
             ? g_steal_pointer (&keys)
             : NULL;
}

gboolean
lan_hub_keys_put_issuer (const LanHubKeys *keys, const char *state, GBytes *seed, GBytes *cert,
                         GError **error)
{
  g_autoptr (LanIssuerKey) key = NULL;
  LanIssuer issuer;

  if (g_bytes_get_size (seed) == LAN_KEY_BYTES)
    key = lan_issuer_key_new_from_seed (g_bytes_get_data (seed, NULL));
  if (key == NULL ||
      lan_issuer_verify (&issuer, keys->org_root, g_bytes_get_data (cert, NULL),
                         g_bytes_get_size (cert)) != LAN_STATUS_OK ||
      issuer.level != LAN_LEVEL_SERVER ||
      memcmp (issuer.public_key, lan_issuer_key_public (key), LAN_KEY_BYTES) != 0) {
    g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_REFUSED, "%s",
                 _ ("this is no key that the organisation's key has made for its server"));
    return FALSE;
  }
  return write_in (state, "issuer.cert", g_bytes_get_data (cert, NULL), g_bytes_get_size (cert),
                   error) &&
         write_in (state, "issuer.key", g_bytes_get_data (seed, NULL), LAN_KEY_BYTES, error);
}

guint64
lan_hub_server_key_number (void)
{
  return (guint64) (g_get_real_time () / 1000);
}

static guint64
number_of (GBytes *cert)
{
  LanServerKey key;

  return cert != NULL && lan_server_key_decode (&key, g_bytes_get_data (cert, NULL),
                                                g_bytes_get_size (cert)) == LAN_STATUS_OK
             ? key.seq
             : 0;
}

gboolean
lan_hub_keys_put_server (const LanHubKeys *keys, const char *state, GBytes *secret, GBytes *cert,
                         GError **error)
{
  guint8 public_key[LAN_KEY_BYTES] = { 0 };
  LanServerKey key;

  if (g_bytes_get_size (secret) == LAN_KEY_BYTES)
    lan_dh_public_from_secret (public_key, g_bytes_get_data (secret, NULL));
  if (lan_server_key_verify (&key, keys->org_root, g_bytes_get_data (cert, NULL),
                             g_bytes_get_size (cert)) != LAN_STATUS_OK ||
      memcmp (key.server_public, public_key, LAN_KEY_BYTES) != 0) {
    g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_REFUSED, "%s",
                 _ ("this is no key that the organisation's key has made for its server"));
    return FALSE;
  }
  if (key.seq <= number_of (keys->server_cert)) {
    g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_REFUSED, "%s",
                 _ ("this key is not newer than the one in use: make a new one with "
                    "lanyard-server org server-key"));
    return FALSE;
  }
  return write_in (state, "server.cert", g_bytes_get_data (cert, NULL), g_bytes_get_size (cert),
                   error) &&
         write_in (state, "server.key", g_bytes_get_data (secret, NULL), LAN_KEY_BYTES, error);
}

gboolean
lan_hub_keys_take_server (LanHubKeys *keys, LanHubKeys *next)
{
  gboolean is_other = memcmp (keys->server_public, next->server_public, LAN_KEY_BYTES) != 0;

  if (!is_other)
    return FALSE;
  memcpy (keys->secret, next->secret, LAN_KEY_BYTES);
  memcpy (keys->server_public, next->server_public, LAN_KEY_BYTES);
  g_clear_pointer (&keys->server_cert, g_bytes_unref);
  keys->server_cert = g_steal_pointer (&next->server_cert);
  return TRUE;
}

LanHubKeys *
lan_hub_keys_take_issuer (LanHubKeys *keys, LanHubKeys *next)
{
  LanHubKeys *old = g_new0 (LanHubKeys, 1);

  old->issuer = keys->issuer;
  old->issuer_cert = keys->issuer_cert;
  keys->issuer = g_steal_pointer (&next->issuer);
  keys->issuer_cert = g_steal_pointer (&next->issuer_cert);
  return old;
}

void
lan_hub_keys_free (LanHubKeys *keys)
{
  if (keys == NULL)
    return;
  sodium_free (keys->secret);
  g_clear_pointer (&keys->issuer, lan_issuer_key_free);
  g_clear_pointer (&keys->issuer_cert, g_bytes_unref);
  g_clear_pointer (&keys->server_cert, g_bytes_unref);
  g_free (keys->relay_secret);
  g_free (keys);
}
