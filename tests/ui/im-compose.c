/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * An input method for tests, which GTK loads as it loads fcitx and ibus: small letters are composed,
 * space commits the Chinese word for them, Enter commits the letters, BackSpace takes one back, Escape
 * drops them. When the field loses the keyboard the letters are committed; when it is reset they are
 * lost, as with the methods that treat a program worst.
 */
#include <gtk/gtk.h>
#include <gtk/gtkimmodule.h>

typedef struct {
  GtkIMContext parent;
  GString *letters;
} Compose;

typedef struct {
  GtkIMContextClass parent;
} ComposeClass;

void im_module_init (GTypeModule *module);
void im_module_exit (void);
void im_module_list (const GtkIMContextInfo ***contexts, int *n_contexts);
GtkIMContext *im_module_create (const char *context_id);
GType compose_get_type (void);

G_DEFINE_DYNAMIC_TYPE (Compose, compose, GTK_TYPE_IM_CONTEXT)

static const char *
word_for (const char *letters)
{
  static const char *const words[][2] = {
    { "nihao", "你好" }, { "li", "李" }, { "wei", "伟" }, { "xiao", "笑" }, { "kafei", "咖啡" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++) {
    if (g_str_equal (words[i][0], letters))
      return words[i][1];
  }
  return letters;
}

static void
change (Compose *self, gsize len)
{
  gboolean was_empty = self->letters->len == 0;

  if (was_empty && len == 0)
    return;
  g_string_truncate (self->letters, len);
  g_signal_emit_by_name (self, "preedit-changed");
  if (len == 0)
    g_signal_emit_by_name (self, "preedit-end");
}

static void
commit (Compose *self, const char *text)
{
  g_autofree char *copy = g_strdup (text);

  change (self, 0);
  g_signal_emit_by_name (self, "commit", copy);
}

static void
append (Compose *self, char letter)
{
  if (self->letters->len == 0)
    g_signal_emit_by_name (self, "preedit-start");
  g_string_append_c (self->letters, letter);
  g_signal_emit_by_name (self, "preedit-changed");
}

static gboolean
filter_keypress (GtkIMContext *context, GdkEventKey *event)
{
  Compose *self = (Compose *) context;
  gboolean composes = self->letters->len > 0;

  if (event->type != GDK_KEY_PRESS || (event->state & (GDK_CONTROL_MASK | GDK_MOD1_MASK)) != 0)
    return FALSE;
  if (event->keyval >= GDK_KEY_a && event->keyval <= GDK_KEY_z) {
    append (self, (char) event->keyval);
    return TRUE;
  }
  if (composes && event->keyval == GDK_KEY_space)
    commit (self, word_for (self->letters->str));
  else if (composes && event->keyval == GDK_KEY_Return)
    commit (self, self->letters->str);
  else if (composes && event->keyval == GDK_KEY_BackSpace)
    change (self, self->letters->len - 1);
  else if (composes && event->keyval == GDK_KEY_Escape)
    change (self, 0);
  else if (!composes && event->keyval >= ' ' && event->keyval < 0x7f) {
    const char text[] = { (char) event->keyval, '\0' };

    commit (self, text);
    return TRUE;
  }
  return composes; /* arrows choose among candidates */
}

static void
get_preedit_string (GtkIMContext *context, char **text, PangoAttrList **attributes, int *cursor)
{
  Compose *self = (Compose *) context;

  if (text != NULL)
    *text = g_strdup (self->letters->str);
  if (attributes != NULL)
    *attributes = pango_attr_list_new ();
  if (cursor != NULL)
    *cursor = (int) self->letters->len;
}

static void
reset (GtkIMContext *context)
{
  change ((Compose *) context, 0);
}

static void
focus_out (GtkIMContext *context)
{
  Compose *self = (Compose *) context;

  if (self->letters->len > 0)
    commit (self, self->letters->str);
}

static void
finalize (GObject *object)
{
  g_string_free (((Compose *) object)->letters, TRUE);
  G_OBJECT_CLASS (compose_parent_class)->finalize (object);
}

static void
compose_class_init (ComposeClass *klass)
{
  GtkIMContextClass *context = GTK_IM_CONTEXT_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = finalize;
  context->filter_keypress = filter_keypress;
  context->get_preedit_string = get_preedit_string;
  context->reset = reset;
  context->focus_out = focus_out;
}

static void
compose_class_finalize (ComposeClass *klass)
{
}

static void
compose_init (Compose *self)
{
  self->letters = g_string_new (NULL);
}

G_MODULE_EXPORT void
im_module_init (GTypeModule *module)
{
  compose_register_type (module);
}

G_MODULE_EXPORT void
im_module_exit (void)
{
}

G_MODULE_EXPORT void
im_module_list (const GtkIMContextInfo ***contexts, int *n_contexts)
{
  static const GtkIMContextInfo info = { "lanyard-test", "Test", "", "", "" };
  static const GtkIMContextInfo *list[] = { &info };

  *contexts = list;
  *n_contexts = 1;
}

G_MODULE_EXPORT GtkIMContext *
im_module_create (const char *context_id)
{
  return g_object_new (compose_get_type (), NULL);
}
