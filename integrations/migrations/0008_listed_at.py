from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('integrations', '0007_pace'),
    ]

    operations = [
        migrations.AddField(
            model_name='adaccount',
            name='listed_at',
            field=models.DateTimeField(help_text='when it last told how the audiences made here are', null=True),
        ),
    ]
