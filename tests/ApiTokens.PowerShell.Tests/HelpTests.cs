using System.Text.RegularExpressions;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>The help: it is correct for every cmdlet, Get-Help finds it in the module, and the documents are complete.</summary>
public sealed partial class HelpTests(HelpTests.SessionFixture fixture) : IClassFixture<HelpTests.SessionFixture>
{
    private static readonly string Docs = Path.Combine(Repository.Root, "docs");

    public static TheoryData<string> Cmdlets => [.. ExportedCmdlets()];

    public static TheoryData<string> Topics =>
        [.. Directory.GetFiles(Path.Combine(Docs, "about"), "about_*.md").Select(file => Path.GetFileNameWithoutExtension(file)).Order()];

    public static TheoryData<string> Documents =>
    [
        .. new[] { "cmdlets", "about" }.SelectMany(folder => Directory.GetFiles(Path.Combine(Docs, folder), "*.md"))
            .Append(Path.Combine(Docs, "README.md"))
            .Append(Path.Combine(Repository.Root, "README.md"))
            .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
            .Order(),
    ];

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void Page_Parameters_AreThoseOfTheCmdlet(string cmdlet)
    {
        Dictionary<string, (string Text, string Facts)> documented = DocumentedParameters(Page(cmdlet));
        ParameterMetadata[] parameters = [.. ParametersOf(cmdlet)];
        Assert.Equal(parameters.Select(parameter => parameter.Name).Order(), documented.Keys.Order());
        Assert.All(parameters, parameter =>
        {
            // After a failure: edit docs/cmdlets, then run ./build.sh help.
            Assert.Equal(FactsOf(parameter), documented[parameter.Name].Facts);
            Assert.Matches(@"\w{3}", documented[parameter.Name].Text);
        });
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void HelpMessage_Parameter_IsTheFirstSentenceOfItsDescription(string cmdlet)
    {
        Dictionary<string, (string Text, string Facts)> documented = DocumentedParameters(Page(cmdlet));
        IEnumerable<ParameterMetadata> own = ParametersOf(cmdlet)
            .Where(parameter => !Cmdlet.OptionalCommonParameters.Contains(parameter.Name));
        Assert.All(own, parameter => Assert.All(
            parameter.ParameterSets.Values,
            set => Assert.Equal(FirstSentence(documented[parameter.Name].Text), set.HelpMessage)));
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void Page_SyntaxAndAliases_AreThoseOfTheCmdlet(string cmdlet)
    {
        string page = Page(cmdlet);
        IEnumerable<string> written = SyntaxBlock()
            .Matches(Section(page, "SYNTAX"))
            .Select(match => Regex.Replace(match.Groups[1].Value, @"\s+", " "));
        IEnumerable<string> actual = CommandOf(cmdlet).ParameterSets.Select(set =>
            Regex.Replace($"{cmdlet} {set}", @" \[<CommonParameters>\]$", string.Empty).Replace("<Dictionary`2[", "<Dictionary["));
        Assert.Equal(actual.Order(), written.Order());

        string[] aliases =
        [
            .. fixture.Session.Output("Get-Command -CommandType Alias").Where(alias => alias.Text("Definition") == cmdlet).Texts("Name"),
        ];
        Assert.Equal(aliases.Length > 0 ? string.Join(", ", aliases.Select(alias => $"`{alias}`")) : "None", Section(page, "ALIASES"));
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void Page_Sections_AreFilledAndHaveThreeExamples(string cmdlet)
    {
        string page = Page(cmdlet);
        Assert.DoesNotContain("{{", page);
        Assert.All(
            ["SYNOPSIS", "DESCRIPTION", "INPUTS", "OUTPUTS", "RELATED LINKS"], heading => Assert.Matches(@"\w{3}", Section(page, heading)));
        Assert.InRange(Example().Count(Section(page, "EXAMPLES")), 3, int.MaxValue);
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void GetHelp_Cmdlet_ShowsThePage(string cmdlet)
    {
        string page = Page(cmdlet);
        PSObject help = fixture.Session.Single(
            """
            param($Name)
            $help = Get-Help -Name $Name -Full
            $parameters = @($help.parameters.parameter).Where({ $_ })
            [pscustomobject]@{
                Synopsis     = $help.Synopsis
                Description  = @($help.description.Text)
                Parameters   = @($parameters.ForEach({ $_.name }))
                Descriptions = @($parameters.ForEach({ "$($_.description.Text)" }))
                Examples     = @($help.examples.example.code)
                Links        = @($help.relatedLinks.navigationLink).Count
            }
            """,
            cmdlet);

        Assert.Equal(Section(page, "SYNOPSIS").Replace("`", string.Empty).Replace('\n', ' '), help.Text("Synopsis"));
        Assert.Contains(help.List("Description"), text => text.Length > 0);
        Assert.Equal(ParametersOf(cmdlet).Select(parameter => parameter.Name).Order(), help.List("Parameters").Order());
        Assert.DoesNotContain(string.Empty, help.List("Descriptions"));
        Assert.Equal(CodeBlock().Matches(page).Select(match => match.Groups[1].Value), help.List("Examples"));
        Assert.InRange((int)help.Get("Links")!, 1, int.MaxValue);
    }

    [Fact]
    public void Pages_AreThereForTheCmdletsAndForNothingElse() =>
        Assert.Equal(
            ExportedCmdlets().Select(cmdlet => $"{cmdlet}.md").Order(),
            Directory.GetFileSystemEntries(Path.Combine(Docs, "cmdlets")).Select(file => Path.GetFileName(file)).Order());

    [Theory]
    [MemberData(nameof(Documents))]
    public void Document_Links_LeadToFilesThatAreThere(string document)
    {
        string path = Path.Combine(Repository.Root, document);
        string[] targets =
        [
            .. RelativeLink()
                .Matches(File.ReadAllText(path))
                .Select(match => Path.Combine(Path.GetDirectoryName(path)!, match.Groups[1].Value)),
        ];
        Assert.DoesNotContain(targets, target => !Path.Exists(target));
    }

    [Fact]
    public void Index_ListsEverythingInDocs()
    {
        string index = File.ReadAllText(Path.Combine(Docs, "README.md"));
        IEnumerable<string> entries = Directory.GetFileSystemEntries(Docs)
            .Select(entry => Path.GetFileName(entry) + (Directory.Exists(entry) ? "/" : string.Empty))
            .Where(entry => entry is not ("README.md" or "images/"));
        Assert.DoesNotContain(entries, entry => !index.Contains($"]({entry})"));
    }

    [Fact]
    public void Module_HasTheHelpOfTheSources()
    {
        const string file = "en-US/ApiTokens.PowerShell.dll-Help.xml";
        string source = ReadLines(Path.Combine(Repository.Root, "src", "ApiTokens.PowerShell", file));
        Assert.True(source == ReadLines(Path.Combine(Repository.Module, file)), "The help of the module differs from the sources.");
    }

    [Theory]
    [MemberData(nameof(Topics))]
    public void GetHelp_Topic_IsFoundAndFitsAConsole(string topic)
    {
        Assert.Matches(
            @$"^TOPIC\s+{topic}\s+SHORT DESCRIPTION",
            (string)fixture.Session.Single("param($Name) Get-Help -Name $Name", topic).BaseObject);

        string text = File.ReadAllText(Path.Combine(Repository.Module, "en-US", $"{topic}.help.txt"));
        Assert.DoesNotContain(text.Split('\n'), line => line.TrimEnd('\r').Length > 80);

        // Windows PowerShell reads topics in the local code page.
        Assert.DoesNotMatch(@"[^\x00-\x7F]", text);
    }

    private static string ReadLines(string file) => File.ReadAllText(file).Replace("\r\n", "\n");

    private static string Page(string cmdlet) => ReadLines(Path.Combine(Docs, "cmdlets", $"{cmdlet}.md"));

    private static string Section(string page, string heading) =>
        Regex.Match(page, $@"(?ms)^## {heading}\n\n(.*?)(?=\n^## |\z)").Groups[1].Value.Trim();

    private static string[] ExportedCmdlets()
    {
        string list = Regex.Match(
            File.ReadAllText(Path.Combine(Repository.Root, "ApiTokens.psd1")), @"(?s)CmdletsToExport\s*=\s*@\((.*?)\)").Groups[1].Value;
        return [.. Regex.Matches(list, "'([^']+)'").Select(match => match.Groups[1].Value)];
    }

    private CmdletInfo CommandOf(string cmdlet) =>
        (CmdletInfo)fixture.Session.Single("param($Name) Get-Command -Name $Name -Module ApiTokens", cmdlet).BaseObject;

    private IEnumerable<ParameterMetadata> ParametersOf(string cmdlet) =>
        CommandOf(cmdlet).Parameters.Values.Where(
            parameter => !Cmdlet.CommonParameters.Contains(parameter.Name) && parameter.Name != "ProgressAction");

    /// <summary>The description of a parameter of a cmdlet, in the format of the help.</summary>
    private static string FactsOf(ParameterMetadata parameter)
    {
        Type type = parameter.ParameterType;
        Type inner = Nullable.GetUnderlyingType(type) ?? type.GetElementType() ?? type;
        IEnumerable<string> values = inner.IsEnum
            ? Enum.GetNames(inner)
            : parameter.Attributes.OfType<ValidateSetAttribute>().SelectMany(set => set.ValidValues);
        IEnumerable<string> sets = parameter.ParameterSets
            .Select(set =>
            {
                string name = set.Key == "__AllParameterSets" ? "(All)" : set.Key;
                string position = set.Value.Position >= 0 ? $"{set.Value.Position}" : "Named";
                bool[] flags =
                [
                    set.Value.IsMandatory, set.Value.ValueFromPipeline, set.Value.ValueFromPipelineByPropertyName,
                    set.Value.ValueFromRemainingArguments,
                ];
                return $"{name}: {position} {string.Join(' ', flags.Select(Lower))}";
            })
            .Order(StringComparer.Ordinal);
        return string.Join(
            '\n',
            [
                $"Type: {TypeText(type)}",
                $"SupportsWildcards: {Lower(parameter.Attributes.OfType<SupportsWildcardsAttribute>().Any())}",
                $"Aliases: {string.Join(' ', parameter.Aliases)}",
                .. sets,
                $"AcceptedValues: {string.Join(' ', values)}",
            ]);
    }

    private static string FirstSentence(string text) =>
        Regex.Match(text.Split("\n\n")[0].Replace('\n', ' ').Replace("`", string.Empty), @"^.*?\.(?= |$)").Value;

    private static string Lower(bool value) => value ? "true" : "false";

    private static string TypeText(Type type)
    {
        Type inner = Nullable.GetUnderlyingType(type) ?? type;
        return inner.IsGenericType
            ? $"{inner.Name.Split('`')[0]}[{string.Join(',', inner.GenericTypeArguments.Select(argument => argument.Name))}]"
            : inner.Name;
    }

    /// <summary>The descriptions of parameters in the help, in the same format, by name.</summary>
    private static Dictionary<string, (string Text, string Facts)> DocumentedParameters(string page) =>
        DocumentedParameter().Matches(page).ToDictionary(
            match => match.Groups["name"].Value,
            match =>
            {
                string yaml = match.Groups["yaml"].Value;
                string facts = string.Join(
                    '\n',
                    [
                        .. yaml.Split('\n').Where(line => Regex.IsMatch(line, "^(Type|SupportsWildcards): ")),
                        $"Aliases: {YamlList(yaml, "Aliases")}",
                        .. DocumentedSet().Matches(yaml).Select(set => set.Result("$1: $2 $3 $4 $5 $6")).Order(StringComparer.Ordinal),
                        $"AcceptedValues: {YamlList(yaml, "AcceptedValues")}",
                    ]);
                return (match.Groups["text"].Value, facts);
            });

    /// <summary>The items of a list, in one line.</summary>
    private static string YamlList(string yaml, string key) =>
        string.Join(
            ' ',
            Regex.Match(yaml, $@"(?m)^{key}:(?: \[\])?\n((?:- .*\n)*)").Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line[2..]));

    [GeneratedRegex(@"(?ms)^### -(?<name>\w+)\n\n(?<text>.*?)\n\n```yaml\n(?<yaml>.*?)\n```$")]
    private static partial Regex DocumentedParameter();

    [GeneratedRegex(
        @"(?m)^- Name: (.+)\n  Position: (.+)\n  IsRequired: (.+)\n  ValueFromPipeline: (.+)"
        + @"\n  ValueFromPipelineByPropertyName: (.+)\n  ValueFromRemainingArguments: (.+)$")]
    private static partial Regex DocumentedSet();

    [GeneratedRegex(@"(?s)```\n(.*?)\n```")]
    private static partial Regex SyntaxBlock();

    [GeneratedRegex(@"(?m)^### Example \d+: .+\n\n```powershell\n")]
    private static partial Regex Example();

    [GeneratedRegex(@"(?ms)^```powershell\n(.*?)\n```$")]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"\]\((?!https?:)([^)#]+)")]
    private static partial Regex RelativeLink();

    /// <summary>A session without a sandbox.</summary>
    public sealed class SessionFixture : IDisposable
    {
        public ModuleSession Session { get; } = new();

        public void Dispose() => Session.Dispose();
    }
}
