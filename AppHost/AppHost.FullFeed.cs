using ProdReady.AppHost;

return await AppHostProgram.RunAsync(args, async builder =>
{
    var (database, redis) = await builder.AddDataStoresAsync();
    var settings = builder.AddSettings();

    var webhooks = builder.AddService<Projects.Webhooks>("webhooks", settings)
        .WithReference(database).WaitFor(database)
        .WithReplayCommand(settings.AdminKey);

    var notifications = builder.AddService<Projects.Notifications>("notifications", settings)
        .WithReference(database).WaitFor(database)
        .WithTestMessageCommand(settings.AdminKey);

    var backups = builder.AddService<Projects.BackupWorker>("backups", settings)
        .WithReference(database).WaitFor(database)
        .WithBackupCommands(settings.AdminKey);

    builder.AddService<Projects.Gateway>("gateway", settings, Ports.Gateway(builder))
        .WithExternalHttpEndpoints()
        .WithReference(redis).WaitFor(redis)
        .WithReference(database).WaitFor(database)
        .WithReference(webhooks)
        .WithReference(notifications)
        .WithReference(backups)
        .WithDocumentationLink()
        .WithApiKeyCommand(settings.AdminKey)
        .WithClearCacheCommand(redis);

    builder.AddStackFile(settings);
    builder.AddComposeFile();
});
