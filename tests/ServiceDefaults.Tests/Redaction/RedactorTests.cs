using ProdReady.ServiceDefaults.Redaction;

namespace ProdReady.ServiceDefaults.Tests.Redaction;

public sealed class RedactorTests
{
    [Theory]
    // Phone numbers, as logs, forms and URLs write them
    [InlineData("sent to +2348031234567.", "sent to +2348*****67.")]
    [InlineData("sent to +234 803 123 4567 at 10:00", "sent to +2348*****67 at 10:00")]
    [InlineData("sent to +1 (415) 555-2671", "sent to +1415*****71")]
    [InlineData("/users/%2B2348031234567/cards", "/users/+2348*****67/cards")]
    [InlineData("+1234567", "*****")]
    // Keys and tokens
    [InlineData("key pr_live_4fT9_8sXkQ2mZ7vLpW3nR5tY1", "key pr_live_4fT9_***")]
    [InlineData("uses sk_live_51H8xAbCdEf and rk_test_51H8x", "uses sk_live_*** and rk_test_***")]
    [InlineData("whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_***")]
    [InlineData("FLWSECK_TEST-1234abcd-X", "FLWSECK_TEST-***")]
    [InlineData("sent 'Bearer abc.def-123'", "sent 'Bearer ***'")]
    [InlineData("got basic dXNlcjpwYXNz", "got basic ***")]
    [InlineData("the token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln expired", "the token eyJ*** expired")]
    // Passwords in URLs and connection strings
    [InlineData("postgres://me:hunter2@db:5432/shop", "postgres://me:***@db:5432/shop")]
    [InlineData("redis://:hunter2@cache:6379", "redis://:***@cache:6379")]
    [InlineData("{\"api\":\"https://a.example/x\",\"db\":\"postgres://app:hunter2@db/shop\"}", "{\"api\":\"https://a.example/x\",\"db\":\"postgres://app:***@db/shop\"}")]
    [InlineData("verif-hash: hunter2", "verif-hash: ***")]
    [InlineData("{\"password\":[\"hunter2\",\"hunter3\"]}", "{\"password\":***}")]
    [InlineData("secret: {\"old\": \"hunter2\"}", "secret: ***")]
    [InlineData("a://b,c://d?e=f&g://h", "a://b,c://d?e=***&***")]
    [InlineData("postgres://me:p@ss/w?rd@db/shop", "postgres://me:***@db/shop")]
    [InlineData("postgres://me:hunter/2@db/shop", "postgres://me:***@db/shop")]
    [InlineData("https://3f1c@sentry.example/7", "https://***@sentry.example/7")]
    [InlineData("Host=db;Password=two words;Database=shop", "Host=db;Password=***;Database=shop")]
    [InlineData("Host=db;Password=\"a;b\";Database=shop", "Host=db;Password=\"***\";Database=shop")]
    [InlineData("Host=db;Password=ab,cd", "Host=db;Password=***")]
    [InlineData("Host=db;Password=a&b)c'd e\nnext", "Host=db;Password=***\nnext")]
    [InlineData("Password=a b,c", "Password=***")]
    [InlineData("Host=db; Password = ab,cd; Port=1", "Host=db; Password = ***; Port=1")]
    [InlineData("Host=db;Password='a'';b' ;Database=shop", "Host=db;Password='***' ;Database=shop")]
    [InlineData("Host=db;Password='a'b;Database=shop", "Host=db;Password=***;Database=shop")]
    [InlineData("Driver=x;PWD={a;b}c;Database=shop", "Driver=x;PWD=***;Database=shop")]
    [InlineData("cache:6379,password=hunter2,ssl=true", "cache:6379,password=***,ssl=true")]
    [InlineData("ALTER ROLE app LOGIN PASSWORD 'it''s one'; SELECT 'x'", "ALTER ROLE app LOGIN PASSWORD '***'; SELECT 'x'")]
    [InlineData("create user a encrypted password E'x' valid until 'now'", "create user a encrypted password E'***' valid until 'now'")]
    // Values that are secret by name
    [InlineData("Authorization: Digest username=\"me\", response=\"1\"", "Authorization: ***")]
    [InlineData("Cookie: a=1; b=2\r\nHost: x", "Cookie: ***\r\nHost: x")]
    [InlineData("X-Api-Key: abc, Accept: */*", "X-Api-Key: ***, Accept: */*")]
    [InlineData("""{"password":"a\"b","user":"me"}""", """{"password":"***","user":"me"}""")]
    [InlineData("""{\"api_key\":\"abc\",\"user\":\"me\"}""", """{\"api_key\":\"***\",\"user\":\"me\"}""")]
    [InlineData("Login { User = me, Password = a b c }", "Login { User = me, Password = ***}")]
    // Query strings, with and without a host
    [InlineData("GET https://api.example/v1/sms?To=%2B234803&page=2 failed", "GET https://api.example/v1/sms?To=***&page=*** failed")]
    [InlineData("\"GET /search?q=mary&x HTTP/1.1\"", "\"GET /search?q=***&*** HTTP/1.1\"")]
    [InlineData("see (https://api.example/?id=7).", "see (https://api.example/?id=***).")]
    public void A_secret_is_hidden_and_the_rest_stays(string text, string expected)
    {
        Assert.Equal(expected, Redactor.Text(text));
        Assert.Equal(expected, Redactor.Text(expected));
    }

    [Theory]
    [InlineData("")]
    [InlineData("GET /api/{**path} 200 in 3.2 ms")]
    [InlineData("Why? Because 1+1=2, says me@example.com")]
    [InlineData("https://api.example:8080/img/logo@2x.png is missing")]
    [InlineData("http://[::1]:5000/a@b")]
    [InlineData("2024-01-01T10:00:00+0100, 17 Bearer tokens, 3 API keys")]
    [InlineData("IDX10223: SecurityTokenExpiredException: Lifetime validation failed")]
    [InlineData("System.Private.CoreLib, Version=10.0.0.0, Culture=neutral, PublicKeyToken=7cec85d7bea7798e")]
    [InlineData("Message 018f0000-0000-7000-8000-000000000000 is sent (SM0123456789abcdef0123456789abcdef)")]
    public void What_hides_nothing_is_returned_as_it_is(string text) => Assert.Same(text, Redactor.Text(text));

    [Fact]
    public void An_ordinary_line_costs_no_allocation()
    {
        const string line = "Message 018f0000-0000-7000-8000-000000000000 went to the provider after 3 attempts in 12.5 ms";
        Redactor.Text(line);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var repeat = 0; repeat < 100; repeat++)
        {
            Redactor.Text(line);
            Redactor.IsSecret("X-Request-Started");
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Theory]
    [InlineData("Authorization")]
    [InlineData("Proxy-Authorization")]
    [InlineData("cookie")]
    [InlineData("Set-Cookie")]
    [InlineData("X-Api-Key")]
    [InlineData("api_key")]
    [InlineData("DbPassword")]
    [InlineData("client_secret")]
    [InlineData("RefreshToken")]
    [InlineData("Stripe-Signature")]
    [InlineData("X-Twilio-Signature")]
    [InlineData("verif-hash")]
    [InlineData("PhoneNumber")]
    [InlineData("BACKUP_ENCRYPTION_KEY")]
    public void A_secret_is_known_by_its_name(string name)
    {
        Assert.True(Redactor.IsSecret(name));
        Assert.True(Redactor.IsSecret(new string('x', 300) + name));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Host")]
    [InlineData("X-Correlation-ID")]
    [InlineData("Idempotency-Key")]
    [InlineData("CacheKey")]
    [InlineData("Author")]
    [InlineData("status")]
    public void Other_names_hide_nothing(string name) => Assert.False(Redactor.IsSecret(name));

    [Theory]
    [InlineData(null, "")]
    [InlineData("", "")]
    [InlineData("?", "?")]
    [InlineData("?to=%2B2348031234567&page=2", "?to=***&page=***")]
    [InlineData("a=b=c&&d", "a=***&&***")]
    [InlineData("?items[0].id=1", "?items[0].id=***")]
    [InlineData("?%2B2348031234567=1&2348031234567=1&sk_live_abc=1", "?***=***&***=***&***=***")]
    public void A_query_keeps_its_names_alone(string? query, string expected)
    {
        Assert.Equal(expected, Redactor.Query(query));
        Assert.Equal(expected, Redactor.Query(expected));
    }
}
