/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-composer-bar.h"

#include "lan-chat-text.h"

#include <glib/gi18n.h>

#define TEXT_CHARS 120

struct _LanComposerBar {
  GtkBox parent;
  LanComposerMode mode;
  LanMessage *message;
  GtkImage *icon;
  GtkLabel *title;
  GtkLabel *text;
};

static guint cleared_signal;

G_DEFINE_TYPE (LanComposerBar, lan_composer_bar, GTK_TYPE_BOX)

void
lan_composer_bar_set (LanComposerBar *self, LanComposerMode mode, LanMessage *message)
{
  g_autofree char *text = lan_chat_text_preview (lan_message_get_text (message), TEXT_CHARS);
  g_autofree char *title = NULL;

  g_set_object (&self->message, message);
  self->mode = mode;
  if (mode == LAN_COMPOSER_EDIT)
    title = g_strdup (_ ("Edit message"));
  else if (lan_message_get_own (message))
    title = g_strdup (_ ("Answer to yourself"));
  else
    title = g_strdup_printf (_ ("Answer to %s"),
                             lan_person_get_name (lan_message_get_author (message)));
  gtk_image_set_from_icon_name (self->icon,
                                mode == LAN_COMPOSER_EDIT ? "document-edit-symbolic"
                                                          : "mail-reply-sender-symbolic",
                                GTK_ICON_SIZE_MENU);
  gtk_label_set_text (self->title, title);
  gtk_label_set_text (self->text, text);
  gtk_widget_show (GTK_WIDGET (self));
}

void
lan_composer_bar_clear (LanComposerBar *self)
{
  if (self->mode == LAN_COMPOSER_NEW)
    return;
  g_signal_emit (self, cleared_signal, 0);
  self->mode = LAN_COMPOSER_NEW;
  g_clear_object (&self->message);
  gtk_widget_hide (GTK_WIDGET (self));
}

LanComposerMode
lan_composer_bar_get_mode (LanComposerBar *self)
{
  return self->mode;
}

LanMessage *
lan_composer_bar_get_message (LanComposerBar *self)
{
  return self->message;
}

static void
dispose (GObject *object)
{
  g_clear_object (&LAN_COMPOSER_BAR (object)->message);
  G_OBJECT_CLASS (lan_composer_bar_parent_class)->dispose (object);
}

static void
lan_composer_bar_class_init (LanComposerBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  cleared_signal = g_signal_new ("cleared", LAN_TYPE_COMPOSER_BAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/composer-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, LanComposerBar, icon);
  gtk_widget_class_bind_template_child (widget_class, LanComposerBar, title);
  gtk_widget_class_bind_template_child (widget_class, LanComposerBar, text);
  gtk_widget_class_bind_template_callback (widget_class, lan_composer_bar_clear);
}

static void
lan_composer_bar_init (LanComposerBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
