using System.Collections.ObjectModel;
using System.Management.Automation;
using ApiTokens.Journal;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Gets the operations that journals record.</summary>
[Cmdlet(VerbsCommon.Get, "ApiTokenJournal", DefaultParameterSetName = PathSet)]
[OutputType(typeof(JournalRecord), typeof(JournalSummary))]
public sealed class GetApiTokenJournalCommand : ApiTokenCmdlet
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";

    private readonly List<JournalRecord> _records = [];

    /// <summary>The journals, as paths or wildcard patterns.</summary>
    [Parameter(
        Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = PathSet,
        HelpMessage = "Specifies the journals: paths or wildcard patterns.")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>The journals, as paths without wildcards.</summary>
    [Parameter(
        Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet,
        HelpMessage = "Specifies the journals: paths, in which wildcard characters have no meaning.")]
    [Alias("PSPath", "LP", "FullName")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Writes one summary of all journals instead of the operations.</summary>
    [Parameter(HelpMessage = "Returns one object with the counts of all journals instead of the operations.")]
    public SwitchParameter Summary { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string path in ParameterSetName == PathSet ? Path : LiteralPath)
        {
            try
            {
                foreach (string file in Resolve(path))
                {
                    Read(file);
                }
            }
            catch (ApiTokenException e)
            {
                Fail(e, path);
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Summary)
        {
            WriteObject(new JournalSummary(_records));
        }
    }

    private void Read(string file)
    {
        IReadOnlyList<JournalRecord> records;
        try
        {
            records = JournalHistory.Read(file);
        }
        catch (ApiTokenException e)
        {
            // The other files of a wildcard pattern are read.
            Fail(e, file);
            return;
        }

        if (Summary)
        {
            _records.AddRange(records);
        }
        else
        {
            WriteObject(records, enumerateCollection: true);
        }
    }

    private IReadOnlyList<string> Resolve(string path)
    {
        ProviderInfo provider;
        Collection<string> files;
        try
        {
            files = ParameterSetName == PathSet
                ? GetResolvedProviderPathFromPSPath(path, out provider)
                : [SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out provider, out _)];
        }
        catch (ItemNotFoundException)
        {
            files = [];
            provider = SessionState.Path.CurrentFileSystemLocation.Provider;
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            throw NotOpened(path, e.Message);
        }

        return provider.Name != "FileSystem" ? throw NotOpened(path, "it is not a file system path.")
            : files.Count > 0 ? [.. files.Where(file => !Directory.Exists(file) || files.Count == 1)]
            : throw ApiTokenException.OfField(
                nameof(Path),
                ErrorKind.ObjectNotFound,
                $"there is no journal '{ForeignText.Argument(path)}'.",
                "Specify the path of a journal. For a path with wildcard characters that are part of its name, use -LiteralPath.",
                ErrorIds.JournalNotFound);
    }

    private static ApiTokenException NotOpened(string path, string reason) => ApiTokenException.OfField(
        nameof(Path),
        ErrorKind.InvalidArgument,
        $"'{ForeignText.Argument(path)}' cannot be read: {reason}",
        "Specify a path in the file system.",
        ErrorIds.JournalNotOpened);
}
