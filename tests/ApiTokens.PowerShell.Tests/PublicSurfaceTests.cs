using System.Collections;
using System.Reflection;
using System.Text.RegularExpressions;
using ApiTokens.PowerShell.Tests.Support;
using Microsoft.PowerShell;

namespace ApiTokens.PowerShell.Tests;

/// <summary>
/// The surface that scripts rely on: cmdlets, parameters, properties of output types, ids of errors and rules. A change requires a
/// change of PublicSurface.approved.txt; with the environment variable APITOKENS_APPROVE the test rewrites it.
/// </summary>
public sealed class PublicSurfaceTests : IDisposable
{
    private readonly ModuleSession _session = new();

    private static string ApprovedFile =>
        Path.Combine(Repository.Root, "tests", "ApiTokens.PowerShell.Tests", "PublicSurface.approved.txt");

    private Assembly Core => Command("Get-ApiToken").OutputType[0].Type.Assembly;

    private IEnumerable<string> ErrorIds =>
        Core.GetType("ApiTokens.ErrorIds", throwOnError: true)!.GetFields().Select(member => member.Name)
            .Concat(Enum.GetNames(Core.GetType("ApiTokens.ErrorKind", throwOnError: true)!))
            .Distinct(StringComparer.OrdinalIgnoreCase);

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Surface_IsTheApprovedOne()
    {
        string[] surface = [.. Surface()];
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable("APITOKENS_APPROVE")))
        {
            File.WriteAllText(ApprovedFile, string.Join('\n', surface) + "\n");
        }

        string[] approved = File.ReadAllLines(ApprovedFile);
        string[] changes =
        [
            .. Without(surface, approved).Select(line => $"new: {line.Trim()}"),
            .. Without(approved, surface).Select(line => $"gone: {line.Trim()}"),
        ];
        Assert.True(
            changes.Length == 0,
            "Scripts rely on the surface; if the change is meant, approve it and write it in the "
                + $"changelog:\n{string.Join('\n', changes)}");
        Assert.Equal(approved, surface);
        Assert.True(surface.Length > 200, $"The surface has {surface.Length} lines.");
    }

    [Fact]
    public void Cmdlets_HaveApprovedVerbsAndSingularNouns()
    {
        // Get-Verb takes its verbs from these classes.
        HashSet<string> verbs =
        [
            .. new[]
            {
                typeof(VerbsCommon), typeof(VerbsCommunications), typeof(VerbsData), typeof(VerbsDiagnostic), typeof(VerbsLifecycle),
                typeof(VerbsOther), typeof(VerbsSecurity),
            }
                .SelectMany(type => type.GetFields()).Select(member => member.Name),
        ];
        IReadOnlyList<CmdletInfo> commands = Commands();
        Assert.NotEmpty(commands);
        Assert.All(commands, command => Assert.Contains(command.Verb, verbs));
        Assert.All(commands, command => Assert.False(command.Noun.EndsWith("s", StringComparison.OrdinalIgnoreCase), command.Name));
    }

    [Fact]
    public void ErrorIds_AreAllOnThePageThatExplainsThem()
    {
        string[] listed =
        [
            .. File.ReadAllLines(Path.Combine(Repository.Root, "docs", "errors.md"))
                .Where(line => Regex.IsMatch(line, @"^\| `\w+` \|"))
                .Select(line => line.Split('`')[1]),
        ];
        Assert.NotEmpty(listed);
        Assert.Equal(ErrorIds.Order(StringComparer.OrdinalIgnoreCase), listed.Order(StringComparer.OrdinalIgnoreCase));
    }

    // The lines that occur more often in one list than in the other.
    private static IEnumerable<string> Without(IEnumerable<string> lines, IEnumerable<string> others)
    {
        Dictionary<string, int> left = others.GroupBy(line => line, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Count());
        foreach (string line in lines)
        {
            if (left.GetValueOrDefault(line) > 0)
            {
                left[line]--;
            }
            else
            {
                yield return line;
            }
        }
    }

    // Without the versions of assemblies.
    private static string TypeName(Type type) =>
        Regex.Replace(ToStringCodeMethods.Type(PSObject.AsPSObject(type)), @", [\w.]+, Version=[^]]*?PublicKeyToken=\w+", string.Empty);

    private static IEnumerable<T> Sorted<T>(IEnumerable<T> items, Func<T, string> key) =>
        items.OrderBy(key, StringComparer.OrdinalIgnoreCase);

    private static string ParameterText(ParameterMetadata parameter)
    {
        var sets = new List<string>();
        foreach ((string set, ParameterSetMetadata within) in Sorted(parameter.ParameterSets, set => set.Key))
        {
            var words = new List<string>();
            if (set != ParameterAttribute.AllParameterSets)
            {
                words.Add(set);
            }

            if (within.IsMandatory)
            {
                words.Add("mandatory");
            }

            if (within.Position >= 0)
            {
                words.Add($"position {within.Position}");
            }

            if (within.ValueFromPipeline)
            {
                words.Add("pipeline");
            }

            if (within.ValueFromPipelineByPropertyName)
            {
                words.Add("by name");
            }

            if (words.Count > 0)
            {
                sets.Add($"({string.Join(", ", words)})");
            }
        }

        string values = parameter.ParameterType.IsEnum ? $" {{{string.Join(", ", Enum.GetNames(parameter.ParameterType))}}}" : string.Empty;
        string aliases = parameter.Aliases.Count > 0
            ? $" alias {string.Join(", ", Sorted(parameter.Aliases, alias => alias))}"
            : string.Empty;
        return $"  -{parameter.Name} <{TypeName(parameter.ParameterType)}>{values}{aliases} {string.Join(' ', sets)}".TrimEnd();
    }

    // The surface of the imported module, line by line.
    private IEnumerable<string> Surface()
    {
        HashSet<string> common = [.. PSCmdlet.CommonParameters, .. PSCmdlet.OptionalCommonParameters];
        var outputs = new SortedDictionary<string, Type>(StringComparer.Ordinal);
        AliasInfo[] aliases = [.. _session.Output("Get-Command -CommandType Alias").Select(alias => alias.BaseObject).OfType<AliasInfo>()];
        foreach (CmdletInfo command in Sorted(Commands(), command => command.Name))
        {
            CmdletAttribute attribute = command.ImplementingType.GetCustomAttribute<CmdletAttribute>()!;
            string[] names =
            [
                .. Sorted(aliases.Where(alias => alias.Definition == command.Name).Select(alias => alias.Name), name => name),
            ];
            string named = names.Length > 0 ? $" alias {string.Join(", ", names)}" : string.Empty;
            string asks = attribute.SupportsShouldProcess ? $", asks (impact {attribute.ConfirmImpact})" : string.Empty;
            yield return $"{command.Name}{named}{asks}";
            foreach (Type output in command.OutputType.Select(output => output.Type).Where(type => type is not null))
            {
                outputs[output.FullName!] = output;
                yield return $"  gives {TypeName(output)}";
            }

            IEnumerable<ParameterMetadata> parameters = command.Parameters.Values.Where(parameter => !common.Contains(parameter.Name));
            foreach (ParameterMetadata parameter in Sorted(parameters, parameter => parameter.Name))
            {
                yield return ParameterText(parameter);
            }
        }

        foreach (Type type in outputs.Values.Where(IsOurs))
        {
            string baseType = type.BaseType is { } parent && IsOurs(parent) ? $" : {TypeName(parent)}" : string.Empty;
            yield return $"type {TypeName(type)}{baseType}";
            IEnumerable<PropertyInfo> declared = type.GetProperties().Where(property => property.DeclaringType == type);
            foreach (PropertyInfo property in Sorted(declared, property => property.Name))
            {
                yield return $"  {property.Name} <{TypeName(property.PropertyType)}>";
            }
        }

        yield return "error ids, beside Invalid<Parameter>";
        foreach (string id in Sorted(ErrorIds, id => id))
        {
            yield return $"  {id}";
        }

        yield return "rules of Test-ApiToken";
        var rules = (IEnumerable)Core.GetType("ApiTokens.Audit.FindingRules", throwOnError: true)!.GetProperty("All")!.GetValue(null)!;
        foreach (string id in Sorted(rules.Cast<object>().Select(rule => PSObject.AsPSObject(rule).Text("Id")), id => id))
        {
            yield return $"  {id}";
        }
    }

    private static bool IsOurs(Type type) => type.FullName!.StartsWith("ApiTokens", StringComparison.Ordinal);

    private IReadOnlyList<CmdletInfo> Commands() =>
        [.. _session.Output("Get-Command -Module ApiTokens -CommandType Cmdlet").Select(command => (CmdletInfo)command.BaseObject)];

    private CommandInfo Command(string name) => (CommandInfo)_session.Single("param($Name) Get-Command -Name $Name", name).BaseObject;
}
