using ProdReady.Bench.Measuring;
using ProdReady.Standalone.Processes;

namespace ProdReady.Bench.Edge;

/// <summary>
/// nginx as somebody would put it in front of an API who cares for the same things: <c>limit_req</c> by address and by key, response headers, a
/// JSON line a request, connections to the upstream that are kept. In a folder of its own, never as root, and not the system's.
/// </summary>
internal sealed class NginxServer(ChildProcess process, PortLease port, string folder) : IAsyncDisposable
{
    /// <summary>The account that has no rights, where this runs as root: <c>nobody</c>, whatever its group is called.</summary>
    private const string Nobody = "65534";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(10);
    private static readonly HttpClient Http = new();

    public Uri Url => new($"http://127.0.0.1:{port.Port}/");

    /// <summary>What is missing on this machine; <see langword="null"/> if nothing is.</summary>
    public static string? Lack() =>
        Find() is null ? "nginx is not installed (Debian, Ubuntu: sudo apt-get install nginx-light; macOS: brew install nginx)" : null;

    /// <summary>Starts one, and waits until it answers.</summary>
    /// <param name="upstream">What stands behind it.</param>
    /// <param name="headers">What it adds to each answer.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<NginxServer> StartAsync(
        Uri upstream, IEnumerable<KeyValuePair<string, string>> headers, CancellationToken cancellationToken)
    {
        var port = PortLease.Take();
        var folder = Directory.CreateTempSubdirectory("prodready-nginx-").FullName;
        if (Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);
        }

        var configuration = Path.Combine(folder, "nginx.conf");
        await File.WriteAllTextAsync(configuration, Configuration(port.Port, upstream, folder, headers), cancellationToken);
        var process = await ChildProcess.StartAsync(new()
        {
            Name = "nginx",
            FileName = Find()!,
            Arguments = ["-e", "stderr", "-p", folder, "-c", configuration],
            WorkingDirectory = folder,
            User = Nobody,
            // Its master ends the others; killed, it would leave them
            ParentDeathSignal = Signal.Terminate,
        });
        var server = new NginxServer(process, port, folder);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(StartTimeout);
        while (!await server.AnswersAsync(timeout.Token))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), timeout.Token);
        }

        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        await port.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Debian has it where only root looks.</summary>
    private static string? Find() => Programs.Find("nginx") ?? (File.Exists("/usr/sbin/nginx") ? "/usr/sbin/nginx" : null);

    private static string Configuration(int port, Uri upstream, string folder, IEnumerable<KeyValuePair<string, string>> headers) =>
        $$"""
        daemon off;
        worker_processes auto;
        pid {{folder}}/nginx.pid;
        events { worker_connections 1024; }
        http {
          client_body_temp_path {{folder}}/body;
          proxy_temp_path {{folder}}/proxy;
          fastcgi_temp_path {{folder}}/fastcgi;
          uwsgi_temp_path {{folder}}/uwsgi;
          scgi_temp_path {{folder}}/scgi;
          log_format json escape=json '{"time":"$time_iso8601","method":"$request_method","path":"$uri","status":$status,'
            '"seconds":$request_time,"bytes":$body_bytes_sent,"address":"$remote_addr","id":"$request_id"}';
          access_log {{folder}}/access.log json buffer=64k flush=1s;
          limit_req_zone $binary_remote_addr zone=address:10m rate=1000000r/s;
          limit_req_zone $http_x_api_key zone=key:10m rate=1000000r/s;
          limit_req_status 429;
          server_tokens off;
          keepalive_requests 1000000000;
          upstream api { server {{upstream.Authority}}; keepalive {{Wrk.Connections}}; keepalive_requests 1000000000; }
          server {
            listen 127.0.0.1:{{port}};
            location / {
              limit_req zone=address burst=100000 nodelay;
              limit_req zone=key burst=100000 nodelay;
              proxy_pass http://api;
              proxy_http_version 1.1;
              proxy_set_header Connection "";
              proxy_set_header Host $host;
              proxy_set_header X-Forwarded-For $remote_addr;
              proxy_set_header X-Forwarded-Proto $scheme;
              proxy_set_header X-Correlation-ID $request_id;
              add_header X-Correlation-ID $request_id always;
        {{string.Join('\n', headers.Select(header => $"      add_header {header.Key} {Quoted(header.Value)} always;"))}}
            }
          }
        }
        """;

    /// <summary>A dollar sign would be a variable's; no header has one.</summary>
    private static string Quoted(string value) => value.Contains('$', StringComparison.Ordinal)
        ? throw new InvalidOperationException($"nginx cannot add this header: {value}")
        : $"\"{value.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var response = await Http.GetAsync(Url, cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException) when (!process.Exited.IsCompleted)
        {
            return false;
        }
        catch (HttpRequestException exception)
        {
            throw new InvalidOperationException($"nginx has ended: {string.Join(' ', process.LastLines)}", exception);
        }
    }
}
