using ProdReady.Standalone.Processes;
using ProdReady.Testing;

namespace ProdReady.Stack.Tests.Delivery;

/// <summary>
/// A host for <c>deploy/deploy.sh</c>: programs called <c>ssh</c> and <c>docker</c> that write down what they are told, and a gateway that
/// serves if the release that was started last is a good one.
/// </summary>
public sealed class DockerHost : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("prodready-host-").FullName;
    private readonly HashSet<string> _broken = [];
    private WebApplication _gateway = null!;

    /// <summary>What is <c>/opt/prodready</c> elsewhere.</summary>
    public string Root => Path.Combine(_folder, "root");

    /// <summary>The release that <c>docker compose up</c> was told to start last.</summary>
    public string? Running => File.Exists(Started) ? Path.GetFileName(File.ReadAllLines(Started)[^1]) : null;

    /// <summary>Every call of <c>docker</c>, without what they have in common.</summary>
    public IReadOnlyList<string> DockerCalls => Lines("docker.log");

    /// <summary>Every call of <c>flock</c>.</summary>
    public IReadOnlyList<string> LockCalls => Lines("flock.log");

    /// <summary>Every call of <c>ssh</c>.</summary>
    public IReadOnlyList<string> SshCalls => Lines("ssh.log");

    private bool IsBroken => Running is { } running
        && (_broken.Contains(running) || File.Exists(Path.Combine(Root, "releases", running, "does-not-serve")));

    private string Started => Path.Combine(_folder, "started");

    /// <summary>Prepares a host as docs/deploy.md says.</summary>
    public static async Task<DockerHost> StartAsync(bool hasSecrets = true)
    {
        var host = new DockerHost();
        Directory.CreateDirectory(host.Root);
        if (hasSecrets)
        {
            Directory.CreateDirectory(Path.Combine(host.Root, "secrets"));
            await File.WriteAllTextAsync(Path.Combine(host.Root, "secrets", "admin-key"), "the host's own");
        }

        host.AddProgram("ssh", """
            echo "$*" >>"$FOLDER/ssh.log"
            [ ! -f "$FOLDER/cut" ] || exec bash -c "${@: -1}" < <(head -c 700)
            if [ -p "$FOLDER/up" ] && [[ ${@: -1} == *release.sh* ]]; then
              coproc setsid bash -c "${@: -1}" 2>&1
              read -r _ <"$FOLDER/up"
              exec {COPROC[0]}<&-
              echo >"$FOLDER/go"
              exit 255
            fi
            exec bash -c "${@: -1}"
            """);
        host.AddProgram("flock", $"""echo "$*" >>"$FOLDER/flock.log"; exec {Programs.Find("flock")} "$@" """);
        host.AddProgram("docker", """
            echo "$*" >>"$FOLDER/docker.log"
            case " $* " in
              *" config --services "*) printf '%s\n' $SERVICES ;;
              *" up "*)
                while [ "$1" != --file ]; do shift; done
                release=$(dirname "$2")
                echo "$release" >>"$FOLDER/started"
                [ ! -p "$FOLDER/up" ] || { echo >"$FOLDER/up"; read -r _ <"$FOLDER/go"; }
                [ ! -f "$release/does-not-start" ] ;;
            esac
            """);

        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        host._gateway = builder.Build();
        host._gateway.MapGet("/health/ready", () => host.IsBroken ? Results.StatusCode(503) : Results.Ok());
        host._gateway.MapGet("/", () => new { name = "ProdReady" });
        await host._gateway.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }

    /// <summary>The logs of what was started there.</summary>
    public string Logs => string.Concat(Directory.GetFiles(Path.Combine(Root, "logs")).Order().Select(File.ReadAllText));

    /// <summary>The release that a link in its root names.</summary>
    public string? ReleaseOf(string link) => new DirectoryInfo(Path.Combine(Root, link)).LinkTarget;

    /// <summary>The services of its compose file.</summary>
    public string Services { get; set; } = "gateway webhooks notifications backups postgres redis";

    /// <summary>From now on connections to it break after a few hundred bytes.</summary>
    public void CutConnections() => File.WriteAllText(Path.Combine(_folder, "cut"), "");

    /// <summary>The next connection that a release is started by breaks while its containers start, and they start only then.</summary>
    public Task CutConnectionsThatStartAsync() => RunAsync("-c", $"mkfifo {_folder}/up {_folder}/go");

    /// <summary>From now on a release does not serve.</summary>
    public void Break(string release) => _broken.Add(release);

    /// <summary>Deploys a release from somewhere else.</summary>
    public async Task<(int ExitCode, string Output)> DeployAsync(string release, bool serves = true, bool starts = true)
    {
        var published = Directory.CreateDirectory(Path.Combine(_folder, $"out-{Guid.NewGuid():N}"));
        await File.WriteAllTextAsync(Path.Combine(published.FullName, "docker-compose.yaml"), "services: {}");
        await File.WriteAllTextAsync(Path.Combine(published.FullName, ".env"), $"GATEWAY_IMAGE=prodready/gateway:{release}\nWEBHOOKS_IMAGE=prodready/webhooks:1\n");
        published.CreateSubdirectory("secrets");
        await File.WriteAllTextAsync(Path.Combine(published.FullName, "secrets", "admin-key"), "somebody's own");
        if (!serves)
        {
            await File.WriteAllTextAsync(Path.Combine(published.FullName, "does-not-serve"), "");
        }

        if (!starts)
        {
            await File.WriteAllTextAsync(Path.Combine(published.FullName, "does-not-start"), "");
        }

        return await RunAsync(Path.Combine(Checkout.Directory, "deploy", "deploy.sh"), release, published.FullName);
    }

    /// <summary>Runs a script there.</summary>
    public Task<(int ExitCode, string Output)> RunAsync(string script, params string[] arguments) => Programs.RunAsync(
        new()
        {
            Name = Path.GetFileName(script),
            FileName = "bash",
            Arguments = [script, .. arguments],
            Environment = new Dictionary<string, string?>
            {
                ["FOLDER"] = _folder,
                ["PATH"] = $"{_folder}/bin:{Environment.GetEnvironmentVariable("PATH")}",
                ["DEPLOY_HOST"] = "deploy@host.example",
                ["DEPLOY_ROOT"] = Root,
                ["DEPLOY_URL"] = _gateway.Urls.Single(),
                ["DEPLOY_SSH_OPTIONS"] = "-i key",
                // What is run by hand on the host knows no more than what a deployment has left there
                ["PRODREADY_URL"] = null,
                ["PRODREADY_SMOKE"] = "0",
                ["SERVICES"] = Services,
                // As a company's machines have it; nobody listens there
                ["http_proxy"] = "http://127.0.0.1:1",
                ["no_proxy"] = null,
                ["NO_PROXY"] = null,
            },
        },
        TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private string[] Lines(string file)
    {
        var path = Path.Combine(_folder, file);
        return File.Exists(path) ? [.. File.ReadAllLines(path).Select(line => line.Replace(Root, "ROOT", StringComparison.Ordinal))] : [];
    }

    private void AddProgram(string name, string script)
    {
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "bin")).FullName, name);
        File.WriteAllText(file, $"#!/usr/bin/env bash\n{script}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
