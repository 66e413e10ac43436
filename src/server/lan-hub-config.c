/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-hub-config.h"

#include "lan-hub-config-table.h"

#include <arpa/inet.h>
#include <glib/gi18n.h>
#include <stdlib.h>
#include <string.h>

typedef enum {
  KIND_TEXT,
  KIND_LIST,
  KIND_LISTEN,
  KIND_ADDRESSES,
  KIND_SUBNETS,
  KIND_HTTP,
  KIND_NUMBER,
  KIND_SIZE,
  KIND_SECONDS,
  KIND_CHOICE_RELAY,
  KIND_CHOICE_YES,
  KIND_CHOICE_LEVEL,
} Kind;

typedef struct {
  const char *section;
  const char *key;
  gsize offset;
  Kind kind;
  const char *fallback;
  guint64 least, greatest; /* of the number, the length, or the items */
  gboolean restart;
  const char *meaning;
} Setting;

static const Setting settings[] = {
#define X(section, key, field, kind, fallback, least, greatest, restart, meaning)                    \
  { #section, #key,   G_STRUCT_OFFSET (LanHubConfig, field), KIND_##kind, fallback, least, greatest, \
    restart,  meaning },
  LAN_HUB_CONFIG_LIST (X)
#undef X
};

static const char *const relay_choices[] = { "off", "bundled", "external", NULL };
static const char *const yes_choices[] = { "no", "yes", NULL };
static const char *const level_choices[] = { "error", "notice", "info", "debug", NULL };

gboolean
lan_hub_address_split (const char *text, guint16 default_port, char **host, guint16 *port)
{
  const char *colon = strrchr (text, ':'), *end = text + strlen (text);
  const char *from = text;
  guint64 n = default_port;

  if (*text == '[') {
    from = text + 1;
    end = strchr (text, ']');
    if (end == NULL || (end[1] != '\0' && end[1] != ':'))
      return FALSE;
    colon = end[1] == ':' ? end + 1 : NULL;
  } else if (colon != NULL) {
    if (strchr (text, ':') != colon) /* IPv6 wants brackets when a port follows */
      return FALSE;
    end = colon;
  }
  if (colon != NULL && !g_ascii_string_to_unsigned (colon + 1, 10, 0, 65535, &n, NULL))
    return FALSE;
  if ((n == 0 && colon == NULL) || end == from)
    return FALSE;
  *host = g_strndup (from, (gsize) (end - from));
  *port = (guint16) n;
  return TRUE;
}

static gboolean
is_numeric_address (const char *host)
{
  guint8 raw[16];

  return inet_pton (AF_INET, host, raw) == 1 || inet_pton (AF_INET6, host, raw) == 1;
}

static gboolean
is_listen (const char *item)
{
  g_autofree char *host = NULL;
  guint16 port;

  return lan_hub_address_split (item, 0, &host, &port) && is_numeric_address (host);
}

static gboolean
is_ipv4 (const char *item)
{
  guint8 raw[4];

  return inet_pton (AF_INET, item, raw) == 1;
}

static gboolean
is_subnet (const char *item)
{
  g_auto (GStrv) parts = g_strsplit (item, "/", 2);
  guint64 bits;

  return is_ipv4 (parts[0]) &&
         (parts[1] == NULL || g_ascii_string_to_unsigned (parts[1], 10, 0, 32, &bits, NULL));
}

static gboolean
is_any (const char *item)
{
  return TRUE;
}

static gboolean
parse_list (const Setting *setting, const char *value, char ***out)
{
  static gboolean (*const checks[]) (const char *) = {
    [KIND_LIST] = is_any,
    [KIND_LISTEN] = is_listen,
    [KIND_ADDRESSES] = is_ipv4,
    [KIND_SUBNETS] = is_subnet,
  };
  g_auto (GStrv) parts = g_strsplit (value, ",", -1);
  g_autoptr (GStrvBuilder) items = g_strv_builder_new ();
  guint n = 0;

  for (char **part = parts; *part != NULL; part++) {
    g_strstrip (*part);
    if (**part == '\0')
      continue;
    if (!checks[setting->kind](*part))
      return FALSE;
    g_strv_builder_add (items, *part);
    n++;
  }
  if (n > setting->greatest || (setting->kind == KIND_LISTEN && n == 0))
    return FALSE;
  *out = g_strv_builder_end (items);
  return TRUE;
}

static gboolean
parse_number (const Setting *setting, const char *value, guint64 *out)
{
  static const struct {
    Kind kind;
    const char *unit;
    guint64 factor;
  } units[] = {
    { KIND_NUMBER, "", 1 },        { KIND_SIZE, "", 1 },          { KIND_SIZE, "KiB", 1 << 10 },
    { KIND_SIZE, "MiB", 1 << 20 }, { KIND_SIZE, "GiB", 1 << 30 }, { KIND_SECONDS, "", 1 },
    { KIND_SECONDS, "s", 1 },      { KIND_SECONDS, "min", 60 },
  };
  char *end = NULL;
  guint64 n;

  if (!g_ascii_isdigit (*value))
    return FALSE;
  n = g_ascii_strtoull (value, &end, 10);
  while (*end == ' ')
    end++;
  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (units[i].kind == setting->kind && strcmp (units[i].unit, end) == 0 &&
        n <= G_MAXUINT64 / units[i].factor) {
      *out = n * units[i].factor;
      return *out >= setting->least && *out <= setting->greatest;
    }
  return FALSE;
}

static gboolean
parse_choice (const char *const *choices, const char *value, guint64 *out)
{
  for (guint i = 0; choices[i] != NULL; i++)
    if (strcmp (choices[i], value) == 0) {
      *out = i;
      return TRUE;
    }
  return FALSE;
}

static gboolean
is_http (const char *value)
{
  g_autofree char *host = NULL;
  guint16 port;

  return strcmp (value, "off") == 0 ||
         (lan_hub_address_split (value, 0, &host, &port) && is_numeric_address (host));
}

static gboolean
parse_value (LanHubConfig *config, const Setting *setting, const char *value)
{
  gpointer field = G_STRUCT_MEMBER_P (config, setting->offset);

  switch (setting->kind) {
  case KIND_TEXT:
  case KIND_HTTP:
    if (strlen (value) < setting->least || strlen (value) > setting->greatest ||
        !g_utf8_validate (value, -1, NULL) || (setting->kind == KIND_HTTP && !is_http (value)))
      return FALSE;
    g_free (*(char **) field);
    *(char **) field = g_strdup (value);
    return TRUE;
  case KIND_LIST:
  case KIND_LISTEN:
  case KIND_ADDRESSES:
  case KIND_SUBNETS:
    g_clear_pointer ((char ***) field, g_strfreev);
    return parse_list (setting, value, field);
  case KIND_CHOICE_RELAY:
    return parse_choice (relay_choices, value, field);
  case KIND_CHOICE_YES:
    return parse_choice (yes_choices, value, field);
  case KIND_CHOICE_LEVEL:
    return parse_choice (level_choices, value, field);
  case KIND_NUMBER:
  case KIND_SIZE:
  case KIND_SECONDS:
  default:
    return parse_number (setting, value, field);
  }
}

/* What would be right here. */
static char *
cure (const Setting *setting)
{
  switch (setting->kind) {
  case KIND_LISTEN:
    return g_strdup (_ ("write addresses with ports, such as 0.0.0.0:24790 or [::]:24790"));
  case KIND_HTTP:
    return g_strdup (_ ("write a local address with a port, such as 127.0.0.1:24791, or off"));
  case KIND_ADDRESSES:
    return g_strdup (_ ("write IPv4 addresses of this host with commas between"));
  case KIND_SUBNETS:
    return g_strdup (_ ("write IPv4 subnets with commas between, such as 192.168.0.0/16"));
  case KIND_CHOICE_RELAY:
    return g_strdup (_ ("write off, bundled or external"));
  case KIND_CHOICE_YES:
    return g_strdup (_ ("write yes or no"));
  case KIND_CHOICE_LEVEL:
    return g_strdup (_ ("write error, notice, info or debug"));
  case KIND_NUMBER:
    return g_strdup_printf (_ ("write a number from %llu to %llu"),
                            (unsigned long long) setting->least,
                            (unsigned long long) setting->greatest);
  case KIND_SIZE:
    return g_strdup_printf (_ ("write a size such as %s, at least %llu bytes"), setting->fallback,
                            (unsigned long long) setting->least);
  case KIND_SECONDS:
    return g_strdup_printf (_ ("write a time such as %s, from %d to %d seconds"), setting->fallback,
                            (int) setting->least, (int) setting->greatest);
  case KIND_TEXT:
  case KIND_LIST:
  default:
    return g_strdup_printf (_ ("write at most %d of them"), (int) setting->greatest);
  }
}

static const Setting *
find_setting (const char *section, const char *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    if (strcmp (settings[i].section, section) == 0 && strcmp (settings[i].key, key) == 0)
      return &settings[i];
  return NULL;
}

/* Which one was meant? The one with the most in common at its beginning. */
static char *
suggest (const char *section, const char *key)
{
  const Setting *best = NULL;
  gsize best_len = 1;

  for (guint i = 0; i < G_N_ELEMENTS (settings); i++) {
    gsize len = 0;

    while (key[len] != '\0' && key[len] == settings[i].key[len])
      len++;
    if (len > best_len ||
        (len == best_len && best != NULL && strcmp (settings[i].section, section) == 0)) {
      best = &settings[i];
      best_len = len;
    }
  }
  if (best == NULL)
    return g_strdup (_ ("remove the line, or see the manual lanyard-server(8) for what there is"));
  return g_strdup_printf (_ ("did you mean %s in [%s]?"), best->key, best->section);
}

static gboolean
has_section (const char *section)
{
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    if (strcmp (settings[i].section, section) == 0)
      return TRUE;
  return FALSE;
}

/* @what may quote the file, which may be no text at all. */
static gboolean
set_wrong (GError **error, const char *name, guint line, const char *what, const char *how)
{
  g_autofree char *legible = g_utf8_make_valid (what, -1);

  g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_CONFIG, _ ("%s, line %u: %s: %s"), name, line,
               legible, how);
  return FALSE;
}

static gboolean
parse_setting (LanHubConfig *config, const char *name, guint number, const char *section,
               char *line, guint *seen, GError **error)
{
  char *equals = strchr (line, '=');
  const Setting *setting;
  g_autofree char *what = NULL, *how = NULL;

  if (equals == NULL)
    return set_wrong (error, name, number, _ ("this is no setting"),
                      _ ("write key = value, or put a # in front"));
  *equals = '\0';
  g_strchomp (line);
  g_strstrip (equals + 1);
  setting = find_setting (section, line);
  if (setting == NULL) {
    what = g_strdup_printf (_ ("there is no %s in [%s]"), line, section);
    how = suggest (section, line);
    return set_wrong (error, name, number, what, how);
  }
  if (seen[setting - settings] != 0) {
    what = g_strdup_printf (_ ("%s stands in line %u already"), line, seen[setting - settings]);
    return set_wrong (error, name, number, what, _ ("keep one of the two"));
  }
  seen[setting - settings] = number;
  if (parse_value (config, setting, equals + 1))
    return TRUE;
  what = g_strdup_printf (_ ("%s cannot be “%s”"), line, equals + 1);
  how = cure (setting);
  return set_wrong (error, name, number, what, how);
}

/* A # begins a comment at the start of a line or after white space. */
static void
cut_comment (char *line)
{
  for (char *p = line; *p != '\0'; p++)
    if (*p == '#' && (p == line || g_ascii_isspace (p[-1]))) {
      *p = '\0';
      return;
    }
}

static gboolean
check_whole (const LanHubConfig *config, const char *name, GError **error)
{
  if (config->relay_port_min > config->relay_port_max) {
    g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_CONFIG, "%s: %s", name,
                 _ ("[relay] port-min is greater than port-max: exchange them"));
    return FALSE;
  }
  if (config->relay == LAN_HUB_RELAY_EXTERNAL &&
      (config->relay_uris[0] == NULL || *config->relay_secret_file == '\0')) {
    g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_CONFIG, "%s: %s", name,
                 _ ("relay = external needs uris and secret-file in [relay]: set both"));
    return FALSE;
  }
  return TRUE;
}

LanHubConfig *
lan_hub_config_parse (const char *name, const char *text, GError **error)
{
  g_autoptr (LanHubConfig) config = g_new0 (LanHubConfig, 1);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autofree char *section = g_strdup ("server");
  guint seen[G_N_ELEMENTS (settings)] = { 0 };

  config->path = g_strdup (name);
  config->text = g_strdup (text);
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    if (!parse_value (config, &settings[i], settings[i].fallback))
      g_error ("the default of %s is wrong", settings[i].key);
  for (guint i = 0; lines[i] != NULL; i++) {
    char *line = lines[i];

    cut_comment (line);
    g_strstrip (line);
    if (*line == '\0')
      continue;
    if (*line != '[') {
      if (!parse_setting (config, name, i + 1, section, line, seen, error))
        return NULL;
      continue;
    }
    g_free (section);
    section = g_strndup (line + 1, strcspn (line + 1, "]"));
    if (!has_section (section)) {
      g_autofree char *what = g_strdup_printf (_ ("there is no section [%s]"), section);

      set_wrong (error, name, i + 1, what,
                 _ ("the sections are [server], [limits], [relay], [http] and [log]"));
      return NULL;
    }
  }
  return check_whole (config, name, error) ? g_steal_pointer (&config) : NULL;
}

LanHubConfig *
lan_hub_config_read (const char *path, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autofree char *text = NULL;
  gsize len;

  if (!g_file_get_contents (path, &text, &len, &why)) {
    g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_CONFIG, _ ("%s cannot be read (%s). %s"), path,
                 why->message, _ ("lanyard-server init makes one."));
    return NULL;
  }
  if (len > 1024 * 1024 || strlen (text) != len) {
    g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_CONFIG, _ ("%s is no configuration"), path);
    return NULL;
  }
  return lan_hub_config_parse (path, text, error);
}

void
lan_hub_config_free (LanHubConfig *config)
{
  if (config == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++) {
    gpointer field = G_STRUCT_MEMBER_P (config, settings[i].offset);

    if (settings[i].kind == KIND_TEXT || settings[i].kind == KIND_HTTP)
      g_free (*(char **) field);
    else if (settings[i].kind <= KIND_SUBNETS)
      g_strfreev (*(char ***) field);
  }
  g_free (config->path);
  g_free (config->text);
  g_free (config);
}

/* What an own port in the address means: it is listened on, unless it needs rights that the server has not. */
static char *
listen_for (const char *address)
{
  g_autofree char *host = NULL;
  guint16 port = LAN_HUB_PORT;

  if (!lan_hub_address_split (address, LAN_HUB_PORT, &host, &port) || port == LAN_HUB_PORT ||
      port < 1024)
    return NULL;
  return g_strdup_printf ("[::]:%u", port);
}

char *
lan_hub_config_template (const char *address, const char *state, const char *organisation)
{
  GString *text =
      g_string_new ("# Configuration of lanyard-server. Every setting is shown with its "
                    "default;\n# remove the # in front to change one. `systemctl reload "
                    "lanyard-server` (SIGHUP)\n# takes changes in without dropping "
                    "connections, where nothing else is said.\n");
  g_autofree char *listen = listen_for (address);
  const char *section = "";

  for (guint i = 0; i < G_N_ELEMENTS (settings); i++) {
    const Setting *s = &settings[i];
    const char *value = G_STRUCT_OFFSET (LanHubConfig, address) == s->offset        ? address
                        : G_STRUCT_OFFSET (LanHubConfig, listen) == s->offset       ? listen
                        : G_STRUCT_OFFSET (LanHubConfig, state) == s->offset        ? state
                        : G_STRUCT_OFFSET (LanHubConfig, organisation) == s->offset ? organisation
                                                                                    : NULL;

    if (strcmp (section, s->section) != 0)
      g_string_append_printf (text, "\n[%s]\n", s->section);
    section = s->section;
    g_string_append_printf (text, "\n# %s%s\n", s->meaning, s->restart ? " Needs a restart." : "");
    g_string_append_printf (text, "%s%s = %s\n", value != NULL ? "" : "#", s->key,
                            value != NULL ? value : s->fallback);
  }
  return g_string_free (text, FALSE);
}

static gboolean
is_same (const LanHubConfig *a, const LanHubConfig *b, const Setting *s)
{
  gconstpointer fa = G_STRUCT_MEMBER_P (a, s->offset), fb = G_STRUCT_MEMBER_P (b, s->offset);

  if (s->kind == KIND_TEXT || s->kind == KIND_HTTP)
    return strcmp (*(char *const *) fa, *(char *const *) fb) == 0;
  if (s->kind <= KIND_SUBNETS)
    return g_strv_equal (*(const char *const *const *) fa, *(const char *const *const *) fb);
  return *(const guint64 *) fa == *(const guint64 *) fb;
}

char *
lan_hub_config_needs_restart (const LanHubConfig *old, const LanHubConfig *next)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    if (settings[i].restart && !is_same (old, next, &settings[i]))
      g_string_append_printf (names, "%s%s.%s", names->len > 0 ? "," : "", settings[i].section,
                              settings[i].key);
  return names->len > 0 ? g_strdup (names->str) : NULL;
}

void
lan_hub_config_keep (LanHubConfig *next, const LanHubConfig *old)
{
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++) {
    gpointer to = G_STRUCT_MEMBER_P (next, settings[i].offset);
    gconstpointer from = G_STRUCT_MEMBER_P (old, settings[i].offset);

    if (!settings[i].restart)
      continue;
    if (settings[i].kind == KIND_TEXT || settings[i].kind == KIND_HTTP) {
      g_free (*(char **) to);
      *(char **) to = g_strdup (*(char *const *) from);
    } else if (settings[i].kind <= KIND_SUBNETS) {
      g_strfreev (*(char ***) to);
      *(char ***) to = g_strdupv (*(char **const *) from);
    } else {
      *(guint64 *) to = *(const guint64 *) from;
    }
  }
}
