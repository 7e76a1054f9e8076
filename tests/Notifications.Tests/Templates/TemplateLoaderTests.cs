using ProdReady.Notifications.Templates;

namespace ProdReady.Notifications.Tests.Templates;

public sealed class TemplateLoaderTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("prodready-templates-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void The_services_own_templates_are_good()
    {
        Assert.Empty(Failures(new()));
        Assert.Equal(
            ["airtime-delivered@1", "low-balance@1", "new-login@1", "payment-failed@1", "transfer-received@1", "transfer-sent@1"],
            Load().Select(template => template.Name));
        Assert.All(Load(), template => Assert.Equal(["en", "fr", "pl"], template.Texts.Keys.Order()));
    }

    [Fact]
    public void The_shipped_English_and_French_stay_in_septets() =>
        Assert.All(Load(), template => Assert.All((string[])["en", "fr"], locale => Assert.True(template.Texts[locale].IsGsm)));

    [Fact]
    public void A_folder_replaces_texts_and_adds_locales_versions_and_types()
    {
        Write("low-balance/1/en.txt", "{balance} < {threshold}\r\n");
        Write("low-balance/1/ar.txt", "{balance} {threshold}");
        Write("low-balance/2/template.json", """{"maxSegments":1,"placeholders":{}}""");
        Write("low-balance/2/en.txt", "Your balance is low.");
        Write("card-blocked/1/template.json", """{"maxSegments":1,"defaultLocale":"fr","placeholders":{}}""");
        Write("card-blocked/1/fr.txt", "Carte bloquée.");
        Write(".hidden/notes.md", "passed over");
        Assert.Empty(Failures(new() { Directory = _directory.FullName }));
        var templates = Load(_directory.FullName);
        Assert.Equal(new TextPart.Literal(" < "), Find("low-balance@1").Texts["en"].Parts[1]);
        Assert.Contains("ar", Find("low-balance@1").Texts.Keys);
        Assert.Equal("fr", Find("card-blocked@1").Text("en").Culture.Name);
        Assert.NotNull(Find("low-balance@2"));

        Template Find(string name) => templates.Single(template => template.Name == name);
    }

    [Fact]
    public void Everything_that_is_wrong_is_reported_at_once()
    {
        Write("a/1/template.json", """{"kind":"code","maxSegments":0,"defaultLocale":"en","placeholders":{"n":{"type":"integer","max":5}}}""");
        Write("a/1/fr.txt", "{n} {m}");
        Write("a/1/pl.txt", "{n, plural, one {#} two {#} few {#}}");
        Write("a/1/zz.txt", "{n}");
        Write("a/1/ga.txt", "{n}");
        Write("a/1/de.txt", "{n, plural, one {#}");
        Write("a/1/es.txt", "{n, date, d} hi");
        Write("b/1/template.json", """{"maxSegments":1,"placeholders":{"s":{"type":"text","maxLength":71},"t":{"maxLength":1,"type":"text"},"d":{"type":"date"}}}""");
        Write("b/1/en.txt", "{s}{t}{d, date, Q%}");
        Write("b/1/fr.txt", "{s}{d}{s, plural, other {}}");
        Write("b/1/it.txt", "{s}{t}{d, date, d}");
        Write("c/1/en.txt", "Hello");
        Write("d/1/template.json", """{"maxSegments":1,"placeholders":{},"colour":1}""");
        Write("e/1/template.json", """{"maxSegments":1,"placeholders":{"s":{"type":"text","maxLength":0},"m":{"type":"money","min":2,"max":1}}}""");
        Write("e/1/en.txt", "{s}{m}");
        Write("en.txt", "Hello");
        var failures = Failures(new() { Directory = _directory.FullName });
        Assert.Equal(
            [
                "Template a/1/de.txt has a { that is not closed (at character 19).",
                "Template a/1/es.txt gives a pattern of dates for n, which is none.",
                "Template a/1/fr.txt has the placeholder m, which template.json does not declare.",
                "Template a/1/ga.txt is in a language whose plural forms are not known here: add it to PluralRules.cs, by CLDR's rules.",
                "Template a/1/pl.txt has the plural form two of n, which no number takes.",
                "Template a/1/pl.txt lacks the plural form many of n.",
                "Template a/1/template.json has maxSegments 0, outside 1 to 10. Example: \"maxSegments\": 2",
                "Template a/1/template.json has the defaultLocale en, and no (good) text in it: en.txt",
                "Template a/1/template.json has the kind code: codes are sent by /notifications/verifications. Example: \"kind\": \"transaction\"",
                "Template a/1/zz.txt is in no locale: 'zz' is not one of ICU's. Example: fr.txt or fr-CA.txt",
                "Template b/1/en.txt has the pattern 'Q%' for d, which .NET cannot write. Example: d MMM yyyy",
                "Template b/1/fr.txt chooses a plural by s, which is not an integer.",
                "Template b/1/fr.txt lacks the placeholder t.",
                "Template b/1/it.txt can take 2 segments with the longest values, more than maxSegments, which is 1.",
                "Template c/1 has texts, and no template.json.",
                "Template e/1/template.json declares the placeholder m wrongly: min is 2, above max, which is 1.",
                "Template e/1/template.json declares the placeholder s wrongly: maxLength is 0, outside 1 to 500.",
                "Template file en.txt is out of place: expected are {type}/{version}/template.json and {type}/{version}/{locale}.txt. "
                + "Example: transfer-sent/1/fr.txt",
            ],
            failures.Where(failure => !failure.Contains("d/1", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.StartsWith(
            "Template d/1/template.json cannot be read: The JSON property 'colour' could not be mapped",
            Assert.Single(failures, failure => failure.Contains("d/1", StringComparison.Ordinal)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_that_is_not_the_longest_can_force_two_bytes()
    {
        // 75 characters with most months; "août" is shorter, and not GSM's
        Write("a/1/template.json", """{"maxSegments":1,"defaultLocale":"fr","placeholders":{"d":{"type":"date"}}}""");
        Write("a/1/fr.txt", new string('x', 62) + "{d, date, d MMM yyyy}");
        Assert.Equal(
            ["Template a/1/fr.txt can take 2 segments with the longest values, more than maxSegments, which is 1."],
            Failures(new() { Directory = _directory.FullName }));
    }

    [Fact]
    public void A_folder_that_is_not_there_is_reported()
    {
        var missing = Path.Combine(_directory.FullName, "none");
        Assert.Equal(
            [$"Templates:Directory is '{missing}', which cannot be read: Could not find a part of the path '{missing}'. Example: /etc/prodready/templates"],
            Failures(new() { Directory = missing }));
    }

    [Theory]
    [InlineData("a } b", "has a } without its { (at character 3)")]
    [InlineData("a {b", "has a { that is not closed (at character 4)")]
    [InlineData("{a b}", "has the placeholder 'a b', where a name of letters and digits is expected (at character 5)")]
    [InlineData("{a, number}", "has 'number', where plural and its forms, or date and its pattern, are expected (at character 11)")]
    [InlineData("{a, plural, some {x}}", "has the plural form 'some', which is none: zero, one, two, few, many, other, or = and a number (at character 21)")]
    [InlineData("{a, plural, one {x} one {y}}", "has the plural form 'one' twice (at character 28)")]
    [InlineData("it '{is", "has an apostrophe that opens a quotation and is not closed (at character 4)")]
    public void A_text_that_cannot_be_read_says_why_and_where(string text, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => TextSyntax.Parse(text)).Message);

    [Theory]
    [InlineData("l'eau", "l'eau")]
    [InlineData("l''eau", "l'eau")]
    [InlineData("'{a}'", "{a}")]
    [InlineData("# '", "# '")]
    public void Apostrophes_quote_only_before_braces(string text, string expected) =>
        Assert.Equal(expected, Assert.IsType<TextPart.Literal>(Assert.Single(TextSyntax.Parse(text))).Text);

    private static IReadOnlyList<Template> Load(string? directory = null) => TemplateLoader.Load(TemplateFiles.Read(directory, []), []);

    private static IEnumerable<string> Failures(TemplateOptions options) => new ValidateTemplateOptions().Validate(null, options).Failures ?? [];

    private void Write(string path, string text)
    {
        var file = new FileInfo(Path.Combine(_directory.FullName, path));
        file.Directory!.Create();
        File.WriteAllText(file.FullName, text);
    }
}
