namespace ProdReady.Standalone.Processes;

/// <summary>Looks programs up on <c>PATH</c>.</summary>
public static class Programs
{
    /// <summary>The full path of <paramref name="name"/>, or <see langword="null"/>.</summary>
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(directory => Path.Combine(directory, name))
            .FirstOrDefault(File.Exists);

    /// <summary>Runs a program to its end.</summary>
    /// <returns>Its exit code and all that it printed.</returns>
    public static async Task<(int ExitCode, string Output)> RunAsync(ChildProcessOptions options, CancellationToken cancellationToken)
    {
        var output = new System.Text.StringBuilder();
        await using var process = await ChildProcess.StartAsync(new()
        {
            Name = options.Name,
            FileName = options.FileName,
            Arguments = options.Arguments,
            Environment = options.Environment,
            WorkingDirectory = options.WorkingDirectory,
            User = options.User,
            Output = line =>
            {
                lock (output)
                {
                    output.AppendLine(line.Text);
                }

                options.Output?.Invoke(line);
            },
        });
        return (await process.Exited.WaitAsync(cancellationToken), output.ToString());
    }
}
