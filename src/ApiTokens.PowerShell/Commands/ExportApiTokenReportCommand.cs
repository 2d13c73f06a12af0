using System.Management.Automation;
using ApiTokens.PowerShell.Binding;
using ApiTokens.PowerShell.Completion;
using ApiTokens.Reports;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Exports tokens, findings, operations of journals and changes to a report: .html, .csv, .json, .md or .prom.</summary>
[Cmdlet(VerbsData.Export, "ApiTokenReport", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(FileInfo))]
public sealed class ExportApiTokenReportCommand : ApiTokenCmdlet
{
    private readonly ReportInput _input = new();
    private string _path = string.Empty;
    private bool _confirmed;

    /// <summary>The path of the file. Its extension determines the format.</summary>
    [Parameter(Mandatory = true, Position = 0, HelpMessage = "Specifies the file.")]
    [Alias("LiteralPath")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    /// <summary>The tokens, findings, operations and changes, which may come from a file or another machine.</summary>
    [Parameter(
        ValueFromPipeline = true,
        HelpMessage = "Specifies tokens, findings, operations of journals and changes, including those from a job, from Import-Clixml, from "
            + "JSON or from an earlier CSV report.")]
    [AllowNull]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public PSObject[]? InputObject { get; set; }

    /// <summary>The title of the report.</summary>
    [Parameter(HelpMessage = "Specifies the title of the report.")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public string Title { get; set; } = "API tokens";

    /// <summary>Keeps an existing file and writes an error.</summary>
    [Parameter(HelpMessage = "Does not overwrite an existing file, but returns an error.")]
    [Alias("NoOverwrite")]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Also replaces a read-only file.</summary>
    [Parameter(HelpMessage = "Also replaces a read-only file.")]
    public SwitchParameter Force { get; set; }

    /// <summary>Also writes the file to the pipeline.</summary>
    [Parameter(HelpMessage = "Returns the file.")]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _path = GetUnresolvedProviderPathFromPSPath(Path);
        try
        {
            ReportFile.Check(_path, NoClobber, Force);
        }
        catch (ApiTokenException e)
        {
            FailTerminating(e, Path);
        }

        _confirmed = Confirm(_path, "Export API token report");
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (PSObject? input in InputObject ?? [])
        {
            if (!_confirmed || input is null)
            {
                continue;
            }

            try
            {
                if (!_input.TryAdd(input))
                {
                    Fail(ReportInput.Unknown(input), input);
                }
            }
            catch (ApiTokenException e)
            {
                Fail(e, input);
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!_confirmed)
        {
            return;
        }

        try
        {
            ReportFile.Write(_input.ToReport(Title), _path, NoClobber, Force);
        }
        catch (ApiTokenException e)
        {
            FailTerminating(e, Path);
        }

        if (PassThru)
        {
            WriteObject(InvokeProvider.Item.Get([_path], force: true, literalPath: true), enumerateCollection: true);
        }
    }
}
